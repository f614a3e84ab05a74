import Multiprocessing

/// Ten tasks for a pool of four that nobody waits for one by one.
enum P36 {
    static func run() async throws {
        let printing = try ProcessPool(workers: 4)
        for number in 0..<10 {
            try printing.applyAsync(number) { say("hello \($0)") }
        }
        printing.close()
        try await printing.join()

        let pool = try ProcessPool(workers: 4)
        let jobs = try (0..<10).map { number in try pool.applyAsync(number) { "done hello \($0)" } }
        pool.close()
        try await pool.join()
        for job in jobs { print(try await job.value) }

        try await withProcessPool(workers: 4) { pool in
            let sum = try pool.applyAsync(3, 4) { $0 + $1 }
            let product = try pool.applyAsync(3, 4) { $0 * $1 }
            let text = try pool.applyAsync("abc") { String($0.reversed()) }
            let count = try pool.applyAsync(["a", "b"]) { $0.count }
            print(try await sum.value, try await product.value, try await text.value, try await count.value)
        }
    }
}
