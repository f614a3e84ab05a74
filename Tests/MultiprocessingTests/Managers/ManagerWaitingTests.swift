import Distributed
import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagerWaitingTests {
    @Test("A call is cancelled with its task, and the method sees it")
    func cancelled() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let call = Task { try await stock.sleep() }
            while try await !stock.hasBegunToSleep() { await Task.yield() }
            try await stock.add("A", 1)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            while try await !stock.hasBeenCancelled() { await Task.yield() }
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await stock.add("B", 1)
            }
            await #expect(throws: CancellationError.self) { try await late.value }
            #expect(try await stock.kinds == 1)
        }
    }

    @Test("A call that is not over within its limit throws, and its method is cancelled")
    func limit() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let start = ContinuousClock.now
            #expect(
                await code {
                    try await ManagerSystem.withTimeout(.milliseconds(100)) { try await stock.sleep() }
                } == .timeout)
            #expect(ContinuousClock.now - start >= .milliseconds(100))
            while try await !stock.hasBeenCancelled() { await Task.yield() }
            let left = try await ManagerSystem.withTimeout(.seconds(100)) {
                try await stock.add("A", 3)
                return try await stock.reserve("A", 1)
            }
            #expect(left == 2)
        }
    }

    @Test("FST-03: a stopped manager makes callers with a limit fail, and others wait until it goes on")
    func stopped() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let pid = try #require(manager.pid)
            kill(pid, SIGSTOP)
            while stateOfProcess(pid) != "T" { await Task.yield() }
            let waiting = Task { try await stock.echo(7) }
            #expect(
                await code {
                    _ = try await ManagerSystem.withTimeout(.milliseconds(50)) { try await stock.kinds }
                } == .timeout)
            kill(pid, SIGCONT)
            #expect(try await waiting.value == 7)
        }
    }

    @Test("10,000 calls are under way at once on one connection")
    func crowd() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<10_000 { group.addTask { try await stock.echo(number) } }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(answers == Set(0..<10_000))
        }
    }

    @Test("A long method does not keep others from running")
    func long() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let other = try await manager.create { Inventory(actorSystem: $0) }
            let long = Task { try await stock.sleep() }
            for number in 0..<100 { #expect(try await other.echo(number) == number) }
            long.cancel()
            _ = await long.result
        }
    }

    @Test("Long arguments and results go through, in both directions at once")
    func longValues() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for size in [1 << 10, 60_000, 70_000, 1 << 20, 9 << 20] {
                    group.addTask {
                        let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: size >> 8), count: size)
                        return try await stock.echo(bytes) == bytes
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }
}
