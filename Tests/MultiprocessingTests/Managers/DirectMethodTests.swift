import Distributed
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

/// A value that cannot be encoded.
private struct Stone: Codable, Sendable {
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "a stone"))
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct DirectMethodTests {
    /// So many calls that direct methods run where they are read.
    private func warm(_ table: ManagedDictionary<String, Int>) async throws {
        for _ in 0..<100 { _ = try await table.count }
    }

    @Test("Direct methods of a dictionary do what the others see")
    func dictionary() async throws {
        try await withManager { manager in
            let table = try await manager.dictionary(["a": 1])
            for round in 0..<100 {
                try await table.set(round, forKey: "b")
                #expect(try await table["b"] == round)
                #expect(try await table["none"] == nil)
                #expect(try await table["none", default: 7] == 7)
                #expect(try await table.contains("b"))
                #expect(try await !table.contains("none"))
                #expect(try await table.count == 2)
                #expect(try await !table.isEmpty)
                #expect(try await table.removeValue(forKey: "b") == round)
                #expect(try await table.removeValue(forKey: "b") == nil)
                #expect(try await table.copy() == ["a": 1])
            }
        }
    }

    @Test("Direct methods of a list throw what its other methods do, also for the last number")
    func list() async throws {
        try await withManager { manager in
            let list = try await manager.list([1])
            for _ in 0..<100 {
                try await list.append(2)
                try await list.set(3, at: 1)
                #expect(try await list[1] == 3)
                #expect(try await list.count == 2)
                #expect(try await list.popLast() == 3)
                for index in [-1, 1, .max, .min] {
                    await #expect(throws: IndexOutOfRangeError.self) { try await list[index] }
                    await #expect(throws: IndexOutOfRangeError.self) { try await list.set(0, at: index) }
                    await #expect(throws: IndexOutOfRangeError.self) { try await list.remove(at: index) }
                    await #expect(throws: IndexOutOfRangeError.self) {
                        try await list.batch { $0.remove(at: index) }
                    }
                }
            }
            #expect(try await list.copy() == [1])
        }
    }

    @Test("Objects and long values come from direct methods as from others, and changes are told")
    func objects() async throws {
        try await withManager { manager in
            let inner = try await manager.list([1])
            let table = try await manager.dictionary([String: ManagedList<Int>]())
            let text = try await manager.value("")
            var changes = try await text.changes().makeAsyncIterator()
            for round in 0..<50 {
                try await table.set(inner, forKey: "inner")
                let found = try #require(try await table["inner"])
                try await found.append(round)
                #expect(try await inner.count == round + 2)
                let long = String(repeating: "long", count: round * 1000)
                try await text.set(long)
                #expect(try await text.value == long)
                guard case .changed(.set(long)) = try await changes.next() else {
                    Issue.record("another change")
                    return
                }
            }
            #expect(try await table.removeValue(forKey: "inner") == inner)
        }
    }

    @Test("Direct calls are cancelled, have limits and fail like others")
    func ends() async throws {
        let manager = Manager()
        try await manager.start()
        let table = try await manager.dictionary(["a": 1])
        let stones = try await manager.list([Stone]())
        try await warm(table)
        let cancelled = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await table["a"]
        }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try await ManagerSystem.withTimeout(.seconds(60)) { try await table["a"] } == 1)
        let error = await #expect(throws: MultiprocessingError.self) { try await stones.append(Stone()) }
        #expect(error?.code == .unencodable)
        #expect(try await table["a"] == 1)
        #expect(try await stones.isEmpty)
        await manager.shutdown()
        let gone = await #expect(throws: MultiprocessingError.self) { try await table["a"] }
        #expect(gone?.code == .managerGone)
    }

    @Test("Direct methods of an object that lives here are called without a manager in between")
    func local() async throws {
        let server = try await ManagerServer()
        defer { server.shutdown() }
        let table = ManagedDictionary(["a": 1], actorSystem: server.system)
        let list = ManagedList([1], actorSystem: server.system)
        let value = ManagedValue(1, actorSystem: server.system)
        try await table.set(2, forKey: "a")
        try await list.append(2)
        try await value.set(2)
        #expect(try await table["a"] == 2)
        #expect(try await list[1] == 2)
        #expect(try await value.value == 2)
        #expect(try await table.contains("a"))
        #expect(try await table.count == 1)
        #expect(try await list.count == 2)
        await #expect(throws: IndexOutOfRangeError.self) { try await list[2] }
        #expect(try await table.removeValue(forKey: "a") == 2)
    }

    @Test("SFR-11: raw frames of direct calls are answered, whatever they say")
    func frames() async throws {
        let core = try ServerCore()
        defer { core.end() }
        let table = ManagedDictionary(["a": 1], actorSystem: ManagerSystem(core))
        for (name, code) in [
            ("=count", nil), ("=value", MultiprocessingError.Code.undecodable), ("=set", .undecodable),
            ("=append", .notExported), ("=Count", .notExported),
        ] {
            let client = try FrameClient(core)
            try await client.introduce()
            let (kind, error) = try await client.call(name, of: table.id.number)
            #expect(kind == (code == nil ? .value : .failure), "\(name)")
            #expect((error as? MultiprocessingError)?.code == code, "\(name)")
        }
        #expect(try await table.copy() == ["a": 1])
    }
}
