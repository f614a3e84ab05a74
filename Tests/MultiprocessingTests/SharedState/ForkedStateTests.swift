import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Each test forks in a program of its own: a fork of the process that runs the tests would hold open what others close.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ForkedStateTests {
    private func output(_ body: @escaping @concurrent @Sendable () async throws -> Void) async throws
        -> Report
    {
        try await ChildProcess(context: ProcessContext(.spawn), options: .captured, body).report()
    }

    @Test("a copy does not hold the locks of the process that it is a copy of, and gets them after it")
    func locks() async throws {
        let report = try await output {
            let (lock, recursive) = (try SharedLock(), try SharedRecursiveLock())
            let ready = try SharedEvent()
            try await lock.acquire()
            try await recursive.acquire()
            // Waits in a line that the copy must not inherit.
            let waiting = Task { try await lock.withLock {} }
            let copy = ChildProcess(context: ProcessContext(.fork)) {
                say("\(try await lock.acquire(timeout: .milliseconds(60)) == nil)")
                say("\(recursive.isHeldByCurrentTask) \(await code { try recursive.release() } == .notHeld)")
                ready.set()
                try await lock.withLock { say("alone") }
                try await recursive.withLock { say("\(recursive.depth)") }
            }
            try await copy.start()
            try await ready.wait()
            try lock.release()
            try recursive.release()
            try await waiting.value
            say("\(try await copy.join().code)")
        }
        #expect(
            report
                == Report(status: .exited(0), output: ["true", "false true", "alone", "1", "0"], errors: []))
    }

    @Test("semaphores, events and conditions are shared with a copy")
    func others() async throws {
        let report = try await output {
            let (semaphore, event, condition) = (
                try SharedSemaphore(value: 0), try SharedEvent(), try SharedCondition()
            )
            let waiting = Task { try await semaphore.acquire() }
            let copy = ChildProcess(context: ProcessContext(.fork)) {
                try await event.wait()
                try semaphore.release()
                try await condition.withLock { try await condition.wait() }
                say("notified")
            }
            try await copy.start()
            event.set()
            try await waiting.value
            while condition.waitingCount == 0 { await Task.yield() }
            try await condition.withLock { try condition.notify() }
            say("\(try await copy.join().code)")
        }
        #expect(report == Report(status: .exited(0), output: ["notified", "0"], errors: []))
    }

    @Test(
        "FLK-06: a copy is a party of its own: it leaves at its end, and breaks the barrier when it is killed"
    )
    func barriers() async throws {
        let report = try await output {
            let barrier = try SharedBarrier(parties: 2)
            let event = try SharedEvent()
            for isKilled in [false, false, true] {
                let copy = ChildProcess(context: ProcessContext(.fork)) {
                    try await barrier.wait()
                    if isKilled { kill(getpid(), SIGKILL) }
                }
                try await copy.start()
                try await barrier.wait()
                say("\(try await copy.join().code)")
                let waiting = Task { await code { try await barrier.wait(timeout: .seconds(100)) } }
                _ = try await event.wait(timeout: .milliseconds(200))
                say("\(barrier.isBroken)")
                if !isKilled { try await barrier.wait() }
                say("\(await waiting.value == .brokenBarrier)")
            }
        }
        #expect(
            report
                == Report(
                    status: .exited(0),
                    output: ["0", "false", "false", "0", "false", "false", "-9", "true", "true"], errors: []))
    }
}
