import Multiprocessing

/// Methods of an object by its proxy, also one that throws.
enum P19 {
    static func run() async throws {
        try await withManager { manager in
            let list = try await manager.list((0..<10).map { $0 * $0 })
            print(try await list.count)
            print(try await list[2..<7])
            do {
                _ = try await list[20]
            } catch let error as IndexOutOfRangeError {
                print(error)
            }
            print("still \(try await list.count)")
        }
    }
}
