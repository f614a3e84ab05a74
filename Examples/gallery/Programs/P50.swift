import Multiprocessing

/// Ten processes that each set one key of a managed dictionary.
enum P50 {
    static func run() async throws {
        try await withManager { manager in
            let dictionary = try await manager.dictionary(of: Int.self, Int.self)
            let children = (0..<10).map { number in
                ChildProcess(dictionary, number) { dictionary, number in
                    try await dictionary.set(number * 2, forKey: number)
                }
            }
            for child in children { try await child.start() }
            for child in children { try await child.join() }
            print(try await dictionary.items().sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })
        }
    }
}
