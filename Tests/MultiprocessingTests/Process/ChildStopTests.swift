import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ChildStopTests {
    @Test("TMC-09: a child that ends at SIGTERM is not waited for any longer")
    func aChildThatEnds() async throws {
        let child = ChildProcess { while true { usleep(1000) } }
        try await child.start()
        #expect(try await child.stop(grace: .seconds(3600)) == .signaled(SIGTERM))
        // Once more is the same.
        #expect(try await child.stop() == .signaled(SIGTERM))
    }

    @Test("TMC-10: a child that ignores SIGTERM is killed")
    func aChildThatIgnoresTheSignal() async throws {
        let ready = try SharedEvent()
        let child = ChildProcess(ready) { ready in
            signal(SIGTERM, SIG_IGN)
            ready.set()
            while true { usleep(1000) }
        }
        try await child.start()
        try await ready.wait()
        #expect(try await child.stop(grace: .milliseconds(30)) == .signaled(SIGKILL))
        #expect(child.exitCode == -SIGKILL)
    }

    @Test func cancellingEndsTheGrace() async throws {
        let ready = try SharedEvent()
        let child = ChildProcess(ready) { ready in
            signal(SIGTERM, SIG_IGN)
            ready.set()
            while true { usleep(1000) }
        }
        try await child.start()
        try await ready.wait()
        let task = Task { try await child.stop(grace: .seconds(3600)) }
        await Task.yield()
        task.cancel()
        #expect(try await task.value == .signaled(SIGKILL))
    }

    @Test("TMC-11: a hundred children that are killed soon after their start")
    func soonAfterTheStart() async throws {
        var generator = SplitMix64(state: 11)
        for _ in 0..<100 {
            let child = ChildProcess { while true { usleep(1000) } }
            try await child.start()
            usleep(UInt32(generator.next() % 10_000))
            #expect(try await child.stop(grace: .zero) == .signaled(SIGKILL))
            #expect(!child.isAlive)
        }
    }

    @Test("TMC-12: a whole process group is stopped", arguments: [Duration.zero, .milliseconds(20)])
    func aWholeGroup(grace: Duration) async throws {
        // Its other end is closed when the last process that has it is gone.
        let (reader, writer) = try Connection.pipe(duplex: false)
        var options = StartOptions()
        options.processGroup = .own
        let child = ChildProcess(writer, options: options) { writer in
            let grandchild = ChildProcess(writer) { writer in
                signal(SIGTERM, SIG_IGN)
                try await writer.send(getpid())
                while true { usleep(1000) }
            }
            try await grandchild.start()
            try await grandchild.join()
        }
        try await child.start()
        writer.close()
        #expect(try await reader.receive(Int32.self) > 0)
        let status = try await child.stop(grace: grace, includingGroup: true)
        #expect(status == .signaled(SIGKILL) || status == .signaled(SIGTERM))
        let error = await #expect(throws: MultiprocessingError.self) { try await reader.receive(Int32.self) }
        #expect(error?.code == .connectionClosed)
    }

    @Test func onlyALeaderHasAGroup() async throws {
        let child = ChildProcess { while true { usleep(1000) } }
        await #expect(throws: MultiprocessingError.self) { try await child.stop() }
        try await child.start()
        let error = await #expect(throws: MultiprocessingError.self) {
            try await child.stop(includingGroup: true)
        }
        #expect(error?.code == .invalidArgument)
        try await child.stop(grace: .zero)
    }

    @Test("TMC-14: cancelling who waits ends the wait and leaves what it waited for as it was")
    func cancellingWhoWaits() async throws {
        let child = ChildProcess { while true { usleep(1000) } }
        try await child.start()
        let queue = try SharedQueue<Int>(capacity: 1)
        let full = try SharedQueue<Int>(capacity: 1)
        try await full.put(1)
        let (left, right) = try Connection.pipe()
        let lock = try SharedLock()
        let held = try SharedLock()
        try await held.acquire()
        let event = try SharedEvent()
        let waits: [Task<Void, any Error>] = [
            Task { try await child.join() },
            Task { _ = try await queue.get() },
            Task { try await full.put(2) },
            Task { _ = try await left.receive(Int.self) },
            Task { try await held.acquire() },
            Task { try await event.wait() },
        ]
        for _ in 0..<20 { await Task.yield() }
        for wait in waits { wait.cancel() }
        for wait in waits { await #expect(throws: CancellationError.self) { try await wait.value } }
        try await queue.put(7)
        #expect(try await queue.get() == 7)
        #expect(try await full.get() == 1)
        try await right.send(8)
        #expect(try await left.receive(Int.self) == 8)
        try held.release()
        try await held.acquire()
        try held.release()
        try await lock.withLock {}
        event.set()
        try await event.wait()
        #expect(child.isAlive)
        #expect(try await child.stop(grace: .zero) == .signaled(SIGKILL))
    }
}
