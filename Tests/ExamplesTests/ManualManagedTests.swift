import Multiprocessing
import TestSupport
import Testing

/// The code of the manual's chapter on managed types.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualManagedTests {
    @Test func lists() async throws {
        try await withManager { manager in
            let names = try await manager.list(["b", "a"])
            try await names.append("c")
            let first = try await names[0]
            try await names.batch { batch in for number in 0..<100 { batch.append("\(number)") } }
            let count = try await names.update { names in
                names.sort()
                return names.count
            }
            #expect(first == "b" && count == 103)
        }
    }

    @Test func listsOfDictionaries() async throws {
        try await withManager { manager in
            let rows = try await manager.list([manager.dictionary(["a": 1]), manager.dictionary(["b": 2])])
            try await rows[0].set(7, forKey: "c")
            #expect(try await rows[0].copy() == ["a": 1, "c": 7])
        }
    }

    @Test func changes() async throws {
        try await withManager { manager in
            let stock = try await manager.dictionary(["apples": 1])
            let follower = Task {
                for try await change in try await stock.changes() {
                    switch change {
                    case .changed(let operation): print(operation)
                    case .missed(let count): print("missed \(count): \(try await stock.copy())")
                    }
                }
            }
            try await stock.set(2, forKey: "apples")
            follower.cancel()
            await #expect(throws: (any Error).self) { try await follower.value }
        }
    }
}
