import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct EventTests {
    @Test("EVT-01: waits return at once when it is set, else at their limit", arguments: everyContext)
    func basics(context: ProcessContext) async throws {
        let event = try SharedEvent()
        let start = ContinuousClock.now
        #expect(try await !event.wait(timeout: .zero))
        #expect(try await !event.wait(timeout: .milliseconds(30)))
        #expect(try await onThread { !event.waitBlocking(timeout: .milliseconds(30)) })
        #expect(ContinuousClock.now - start >= .milliseconds(60))
        event.set()
        #expect(event.isSet)
        try await event.wait()
        #expect(try await event.wait(timeout: .zero) && event.waitBlocking())
        event.clear()
        #expect(!event.isSet && !event.waitBlocking(timeout: .zero))
        let child = ChildProcess(event, context: context) { $0.set() }
        async let thread = onThread { event.waitBlocking() }
        try await child.start()
        try await event.wait()
        #expect(try await thread)
        #expect(try await child.join() == .exited(0))
    }

    @Test("EVT-02: the description says whether it is set")
    func description() throws {
        let event = try SharedEvent()
        #expect("\(event)" == "SharedEvent(unset)")
        event.set()
        #expect("\(event)" == "SharedEvent(set)")
    }

    @Test("EVT-04: ten thousand rounds between two processes", arguments: [false, true])
    func pingPong(onThreads: Bool) async throws {
        let (there, back) = (try SharedEvent(), try SharedEvent())
        let child = ChildProcess(there, back) { there, back in
            for _ in 0..<5_000 {
                if onThreads { there.waitBlocking() } else { try await there.wait() }
                there.clear()
                back.set()
            }
        }
        try await child.start()
        if onThreads {
            try await onThread { bounce(there, back) }
        } else {
            for _ in 0..<5_000 {
                there.set()
                try await back.wait()
                back.clear()
            }
        }
        #expect(try await child.join() == .exited(0))
    }

    @Test(
        "EVT-05 EVT-06: setting it again and again blocks nobody, with and without waiters",
        arguments: everyContext)
    func manySets(context: ProcessContext) async throws {
        let (event, ready) = (try SharedEvent(), try SharedEvent())
        let child = ChildProcess(event, ready, context: context) { event, ready in
            ready.set()
            try await event.wait()
            event.clear()
            ready.set()
            kill(getpid(), SIGKILL)
        }
        try await child.start()
        try await ready.wait()
        for _ in 0..<10_000 { event.set() }
        try await child.join()
        // The waiter is gone.
        for _ in 0..<10_000 {
            event.set()
            event.clear()
        }
        #expect(!event.isSet)
    }

    @Test("a wait sees that it was set, even if it was cleared at once")
    func setAndCleared() async throws {
        let event = try SharedEvent()
        let started = Tally<Int>()
        let waiters = (0..<50).map { number in
            Task {
                started.add(number)
                return try await event.wait(timeout: .seconds(100))
            }
        }
        _ = await started.next(50)
        // Some may come to the event only after it is cleared; those get the second chance.
        event.set()
        event.clear()
        event.set()
        for waiter in waiters { #expect(try await waiter.value) }
    }

    @Test("FLK-07: setters are killed at any moment, and a later set wakes all", arguments: [UInt64(1), 2])
    func deathOfASetter(seed: UInt64) async throws {
        var generator = SplitMix64(state: seed)
        let event = try SharedEvent()
        for _ in 0..<15 {
            let ready = try SharedEvent()
            let setter = ChildProcess(event, ready) { event, ready in
                while true {
                    event.set()
                    event.clear()
                    ready.set()
                }
            }
            try await setter.start()
            try await ready.wait()
            for _ in 0..<(generator.next() % 2000) { await Task.yield() }
            kill(try #require(setter.pid), SIGKILL)
            try await setter.join()
            event.clear()
            #expect(!event.isSet)
            async let first: Void = event.wait()
            async let second = onThread { event.waitBlocking() }
            event.set()
            try await first
            #expect(try await second)
        }
    }

    @Test("cancelling ends a wait")
    func cancelling() async throws {
        let event = try SharedEvent()
        for yields in 0..<200 {
            let waiting = Task { try await event.wait() }
            for _ in 0..<(yields % 7) { await Task.yield() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}

private func bounce(_ there: SharedEvent, _ back: SharedEvent) {
    for _ in 0..<5_000 {
        there.set()
        back.waitBlocking()
        back.clear()
    }
}
