import Multiprocessing

func primes(below limit: Int) -> Int { (2..<limit).count { n in !(2..<n).contains { n % $0 == 0 } } }

@main struct Quickstart {
    static func main() async throws {
        try await withProcessPool { pool in
            print(try await pool.map(1...10) { $0 * $0 })
            for try await count in pool.imap([1_000, 5_000, 10_000], { primes(below: $0) }) { print(count) }
        }
    }
}
