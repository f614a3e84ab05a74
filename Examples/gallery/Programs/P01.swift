import Multiprocessing

/// The first pool of every manual: five workers square three numbers.
enum P01 {
    static func run() async throws {
        try await withProcessPool(workers: 5) { pool in
            print(try await pool.map([1, 2, 3]) { $0 * $0 })
        }
    }
}
