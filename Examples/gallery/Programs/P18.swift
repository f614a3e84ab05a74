import Multiprocessing

/// A list and its proxy: what is copied, what is not, and what is equal.
enum P18 {
    static func run() async throws {
        try await withManager { manager in
            let list = try await manager.list((0..<10).map { $0 * $0 })
            print("\(list)".prefix(24))
            print(try await list.describe())
            print(try await list[4])
            print(try await list[2..<5])

            let inner = try await manager.list(["a"])
            let outer = try await manager.list([inner])
            try await inner.append("b")
            print("through the outer one: \(try await outer[0].copy())")

            let rows = try await manager.list([manager.dictionary(["a": 1]), manager.dictionary(["b": 2])])
            try await rows[0].set(7, forKey: "c")
            print("the first row: \(try await rows[0].describe())")

            // A dictionary that is an element and no managed object is copied.
            let copies = try await manager.list([["a": 1]])
            var copy = try await copies[0]
            copy["a"] = 100
            print("changed and not assigned: \(try await copies[0])")
            try await copies.set(copy, at: 0)
            print("assigned: \(try await copies[0])")

            let same = try await manager.list([1, 2])
            let other = try await manager.list([1, 2])
            print("equal proxies: \(same == other), equal lists: \(try await same.copy() == [1, 2])")
        }
    }
}
