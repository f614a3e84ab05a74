import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SemaphoreTests {
    // SEM-04 and SEM-05 do not apply: a semaphore has no name, it travels as a handle. SEM-06 cannot be written: a
    // handle exists only once its memory is complete.

    @Test("SEM-01: it counts down and up, beyond its first value")
    func counting() async throws {
        let semaphore = try SharedSemaphore(value: 2)
        #expect(semaphore.value == 2)
        try await semaphore.acquire()
        #expect(semaphore.value == 1)
        #expect(semaphore.tryAcquire() && semaphore.value == 0)
        #expect(!semaphore.tryAcquire())
        for value in 1...4 {
            try semaphore.release()
            #expect(semaphore.value == value)
        }
        #expect("\(semaphore)" == "SharedSemaphore(value: 4)")
    }

    @Test("SEM-03: at zero, tries fail at once and limits last that long")
    func limits() async throws {
        let semaphore = try SharedSemaphore(value: 0)
        #expect(!semaphore.tryAcquire())
        #expect(try await !semaphore.acquire(timeout: .seconds(-1)))
        let start = ContinuousClock.now
        #expect(try await !semaphore.acquire(timeout: .milliseconds(60)))
        #expect(ContinuousClock.now - start >= .milliseconds(60))
        #expect(try await onThread { !semaphore.acquireBlocking(timeout: .milliseconds(60)) })
        #expect(ContinuousClock.now - start >= .milliseconds(120))
        #expect(await code { try await semaphore.withPermit(timeout: .milliseconds(1)) {} } == .timeout)
    }

    @Test("a bound is not exceeded, and impossible values are refused")
    func bound() async throws {
        let semaphore = try SharedSemaphore(value: 1, bound: 1)
        #expect(await code { try semaphore.release() } == .notHeld)
        #expect(try await semaphore.withPermit { semaphore.value } == 0)
        #expect("\(semaphore)" == "SharedSemaphore(value: 1, bound: 1)")
        for (value, bound) in [(-1, nil), (2, 1), (0, 0), (1 << 40, nil)] as [(Int, Int?)] {
            #expect(await code { _ = try SharedSemaphore(value: value, bound: bound) } == .invalidArgument)
        }
    }

    @Test("a scope gives its permit back, also when it throws")
    func scopes() async throws {
        let semaphore = try SharedSemaphore(value: 1)
        await #expect(throws: TestError.self) { try await semaphore.withPermit { throw TestError() } }
        #expect(semaphore.value == 1)
    }

    @Test(
        "permits go to waiting tasks and threads of several processes, each to one", arguments: everyContext)
    func handingOut(context: ProcessContext) async throws {
        let semaphore = try SharedSemaphore(value: 0)
        let taken = try SharedSemaphore(value: 0)
        let children = (0..<3).map { _ in
            ChildProcess(semaphore, taken, context: context) { semaphore, taken in
                async let blocking: Void = onThread {
                    for _ in 0..<20 {
                        _ = semaphore.acquireBlocking()
                        try taken.release()
                    }
                }
                for _ in 0..<20 {
                    try await semaphore.acquire()
                    try taken.release()
                }
                try await blocking
            }
        }
        for child in children { try await child.start() }
        for _ in 0..<120 { try semaphore.release() }
        for _ in 0..<120 { try await taken.acquire() }
        for child in children { #expect(try await child.join() == .exited(0)) }
        #expect(taken.value == 0)
    }

    @Test("a cancelled wait takes no permit", arguments: [1, 2, 3])
    func cancelling(round: Int) async throws {
        let semaphore = try SharedSemaphore(value: 0)
        for number in 0..<300 {
            let waiting = Task { try await semaphore.acquire() }
            for _ in 0..<(number % 5) { await Task.yield() }
            // Whichever comes first counts, but not both, and never none.
            if number % 2 == 0 { try semaphore.release() }
            waiting.cancel()
            switch await waiting.result {
            case .success: #expect(semaphore.value == 0)
            case .failure(let error):
                #expect(error is CancellationError)
                if number % 2 == 0 { #expect(semaphore.tryAcquire()) }
            }
            #expect(semaphore.value == 0)
        }
    }

    @Test("FLK-05: permits of processes that are killed come back, however many", arguments: everyContext)
    func death(context: ProcessContext) async throws {
        let semaphore = try SharedSemaphore(value: 3, bound: 3)
        for _ in 0..<3 {
            let victim = ChildProcess(semaphore, context: context) { semaphore in
                for _ in 0..<3 { try await semaphore.acquire() }
                kill(getpid(), SIGKILL)
            }
            try await victim.start()
            try await victim.join()
            #expect(semaphore.value == 0)
            for _ in 0..<3 { try await semaphore.acquire() }
            #expect(!semaphore.tryAcquire())
            for _ in 0..<3 { try semaphore.release() }
            #expect(semaphore.value == 3)
        }
    }

    @Test("a holder that is stopped is not dead, and keeps its permit", arguments: everyContext)
    func stopped(context: ProcessContext) async throws {
        let semaphore = try SharedSemaphore(value: 1)
        let taken = try SharedEvent()
        let child = ChildProcess(semaphore, taken, context: context) { semaphore, taken in
            try await semaphore.withPermit {
                taken.set()
                kill(getpid(), SIGSTOP)
            }
        }
        try await child.start()
        try await taken.wait()
        let pid = try #require(child.pid)
        await until { stateOfProcess(pid).hasPrefix("T") }
        #expect(try await !semaphore.acquire(timeout: .milliseconds(150)))
        kill(pid, SIGCONT)
        try await semaphore.acquire()
        #expect(try await child.join() == .exited(0))
    }

    @Test("FLK-08: a semaphore outlives the process that made it")
    func deathOfTheCreator() async throws {
        let child = ChildProcess(options: .captured) {
            let semaphore = try SharedSemaphore(value: 0)
            var options = StartOptions()
            options.outlivesParent = true
            let grandchild = ChildProcess(semaphore, options: options) { semaphore in
                try semaphore.release()
                while kill(ChildProcess.parent?.pid ?? 0, 0) == 0 { await Task.yield() }
                try semaphore.release()
                try await semaphore.acquire()
                say("\(semaphore.value)")
            }
            try await grandchild.start()
            try await semaphore.acquire()
            kill(getpid(), SIGKILL)
        }
        // The permit that the creator took is free again, or will be.
        #expect(["0", "1"].contains(try await child.report().output.first ?? ""))
    }
}
