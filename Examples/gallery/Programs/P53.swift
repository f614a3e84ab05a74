import Glibc
import Multiprocessing

/// The programs of pools on threads of one process: the same calls, the same results, one process.
enum P53 {
    static func run() async throws {
        try await withProcessPool(workers: 4, backend: .threads) { pool in
            print(try await pool.map([1, 2, 3]) { $0 * $0 })
            var squares: [Int] = []
            for try await square in pool.imapUnordered(0..<10, { $0 * $0 }) { squares.append(square) }
            print(squares.sorted())
            print(try await pool.apply(20) { $0 * $0 })
            let here = getpid()
            print("in this process:", try await pool.map(0..<4) { _ in getpid() }.allSatisfy { $0 == here })
            do {
                _ = try await pool.apply(1, 0) { (a, b) throws -> Int in
                    guard b != 0 else { throw DivisionByZero() }
                    return a / b
                }
            } catch is DivisionByZero {
                print("a division by zero")
            }
            do {
                try await pool.apply(timeout: .milliseconds(100)) { try await Task.sleep(for: .seconds(10)) }
            } catch let error as MultiprocessingError where error.code == .timeout {
                print("a sleep of ten seconds is over its limit")
            }
        }
    }

    /// It is not `Codable`, and arrives as it is.
    struct DivisionByZero: Error {}
}
