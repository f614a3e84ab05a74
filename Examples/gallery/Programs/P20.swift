import Multiprocessing

/// The handle of a result, and a stream, with and without limits.
enum P20 {
    static func run() async throws {
        try await withProcessPool(workers: 4) { pool in
            let job = try pool.applyAsync(10) { $0 * $0 }
            print(try await job.value(within: .seconds(1)))
            var squares = pool.imap(0..<10, { $0 * $0 }).makeAsyncIterator()
            print(try await squares.next() ?? -1)
            print(try await squares.next() ?? -1)
            print(try await squares.next(within: .seconds(1)) ?? -1)
            let sleeper = try pool.applyAsync { try await Task.sleep(for: .seconds(10)) }
            do {
                try await sleeper.value(within: .milliseconds(100))
            } catch let error as MultiprocessingError where error.code == .timeout {
                print("timeout")
            }
            // Else the end of the scope waits for it.
            sleeper.cancel()
        }
    }
}
