import Multiprocessing
import Synchronization

/// Each of 110 tasks tells a handler how it ended.
enum P56 {
    static func run() async throws {
        let values = Mutex<[Int: Int]>([:])
        let errors = Mutex<[Int: Int]>([:])
        try await withProcessPool(workers: 5) { pool in
            for isFailing in [false, true] {
                let (ends, feed) = AsyncStream.makeStream(of: Void.self)
                for number in 0..<110 {
                    let job = try pool.applyAsync(number, isFailing) { number, isFailing in
                        if isFailing { throw Failure(number: number) }
                        return number * number
                    }
                    job.onCompletion { result in
                        switch result {
                        case .success(let value): values.withLock { $0[value, default: 0] += 1 }
                        case .failure(let error):
                            if let error = error as? Failure {
                                errors.withLock { $0[error.number, default: 0] += 1 }
                            }
                        }
                        feed.yield()
                    }
                }
                var left = 110
                for await _ in ends {
                    left -= 1
                    if left == 0 { break }
                }
            }
        }
        let squares = values.withLock { $0 }
        let failures = errors.withLock { $0 }
        print("values: \(squares.count), each once: \(squares.values.allSatisfy { $0 == 1 })")
        print("errors: \(failures.count), each once: \(failures.values.allSatisfy { $0 == 1 })")
    }

    struct Failure: Error, Codable {
        let number: Int
    }
}
