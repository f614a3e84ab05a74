import Multiprocessing

/// A dictionary with keys of several types and a list, which live in a manager's process, changed by a child.
enum P09 {
    static func run() async throws {
        try await withManager { manager in
            let dictionary = try await manager.dictionary(of: MixedValue.self, MixedValue.self)
            let list = try await manager.list(0..<10)
            let child = ChildProcess(dictionary, list) { dictionary, list in
                try await dictionary.set("1", forKey: 1)
                try await dictionary.set(2, forKey: "2")
                try await dictionary.set(nil, forKey: 0.25)
                try await list.reverse()
            }
            try await child.start()
            try await child.join()
            let items = try await dictionary.items().map { "\($0.key): \($0.value)" }
            print(items.sorted())
            print(try await list.describe())
        }
    }
}
