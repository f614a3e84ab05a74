import Distributed
import Glibc
import Multiprocessing
import TestSupport
import Testing

/// An object whose methods do to their tasks what a caller may do.
private distributed actor Patient {
    typealias ActorSystem = ManagerSystem
    private var begun = 0
    private var cancelled = 0

    distributed func look() -> Bool { Task.isCancelled }
    distributed func cancelItself() { withUnsafeCurrentTask { $0?.cancel() } }
    distributed func sleep() async {
        begun += 1
        let isOver = AsyncStream<Never> { _ in }
        for await _ in isOver {}
        cancelled += Task.isCancelled ? 1 : 0
    }
    distributed func sleepers() -> Int { begun }
    /// Takes longer than anybody looks for its answer.
    distributed func nap() async { try? await Task.sleep(for: .milliseconds(5)) }
    distributed func count() -> Int { cancelled }
    distributed func put(_ number: Int, on queue: SimpleQueue<Int>) async throws {
        try await queue.put(number)
    }
}

/// So many calls that both sides have gone over to memory, and that methods run where they are read.
private func warm(_ patient: Patient) async throws {
    for _ in 0..<100 { #expect(try await !patient.look()) }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagerTrafficTests {
    @Test("The task of a call that was cancelled, or has cancelled itself, runs no other call")
    func cancelled() async throws {
        try await withManager { manager in
            let patient = try await manager.create { Patient(actorSystem: $0) }
            try await warm(patient)
            for round in 1...20 {
                let call = Task { try await patient.sleep() }
                while try await patient.sleepers() < round { await Task.yield() }
                try await patient.cancelItself()
                #expect(try await !patient.look())
                call.cancel()
                await #expect(throws: CancellationError.self) { try await call.value }
                while try await patient.count() < round { await Task.yield() }
                #expect(try await !patient.look())
            }
        }
    }

    @Test("Calls that sleep are answered also if others have gone over to memory while one slept")
    func sleepers() async throws {
        for _ in 0..<5 {
            try await withManager { manager in
                let patient = try await manager.create { Patient(actorSystem: $0) }
                let long = Task { try await patient.sleep() }
                while try await patient.sleepers() < 1 { await Task.yield() }
                try await warm(patient)
                for _ in 0..<3 { try await patient.nap() }
                #expect(try await !patient.look())
                long.cancel()
                _ = await long.result
            }
        }
    }

    @Test("Handles go with calls, and long values between short ones, after many calls")
    func handles() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let patient = try await manager.create { Patient(actorSystem: $0) }
            try await warm(patient)
            let queue = try SimpleQueue<Int>()
            for number in 0..<20 {
                try await patient.put(number, on: queue)
                #expect(try await queue.get() == number)
                let bytes = [UInt8](repeating: UInt8(number), count: number * 10_000)
                #expect(try await stock.echo(bytes) == bytes)
            }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for size in 0..<60 {
                    group.addTask {
                        let bytes = [UInt8](repeating: UInt8(size), count: size * 3000)
                        return try await stock.echo(bytes) == bytes
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }

    @Test("Long results come while another task makes one short call after another")
    func longAmongShort() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let long = Task {
                for round in 0..<10 {
                    let bytes = [UInt8](repeating: UInt8(round), count: 12 << 20)
                    guard try await stock.echo(bytes) == bytes else { return false }
                }
                return true
            }
            for number in 0..<500 { #expect(try await stock.echo(number) == number) }
            #expect(try await long.value)
        }
    }

    @Test("Waiting calls end with a manager that is killed after many calls")
    func killed() async throws {
        try await withManager { manager in
            let patient = try await manager.create { Patient(actorSystem: $0) }
            try await warm(patient)
            let calls = (0..<20).map { _ in Task { try await patient.sleep() } }
            while try await patient.sleepers() < calls.count { await Task.yield() }
            kill(try #require(manager.pid), SIGKILL)
            for call in calls { #expect(await code { try await call.value } == .managerGone) }
            #expect(await code { _ = try await patient.look() } == .managerGone)
        }
    }

    @Test("Many clients make many calls at once, one after another and together")
    func clients() async throws {
        try await withManager { manager in
            let table = try await manager.dictionary([Int: Int]())
            var children: [ChildProcess] = []
            for client in 0..<3 {
                let child = ChildProcess(table, client) { table, client in
                    for round in 0..<300 { try await table.set(round, forKey: client) }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for key in 0..<300 {
                            group.addTask { try await table.set(client, forKey: 1000 * (client + 1) + key) }
                        }
                        try await group.waitForAll()
                    }
                }
                try await child.start()
                children.append(child)
            }
            for child in children { #expect(try await child.join() == .exited(0)) }
            let content = try await table.copy()
            #expect(content.count == 903)
            for client in 0..<3 { #expect(content[client] == 299) }
        }
    }
}
