import Glibc
import Multiprocessing

/// What a pool can do, from a map to a task that takes too long.
enum P10 {
    static func run() async throws {
        let pool = try ProcessPool(workers: 4)
        print(try await pool.map(0..<10) { $0 * $0 })
        var unordered: [Int] = []
        for try await square in pool.imapUnordered(0..<10, { $0 * $0 }) { unordered.append(square) }
        print("as they finish: \(unordered)")
        print(try await pool.apply(20) { $0 * $0 })
        print("worker \(try await pool.apply { getpid() })")
        let jobs = try (0..<4).map { _ in try pool.applyAsync { getpid() } }
        var pids: [Int32] = []
        for job in jobs { pids.append(try await job.value) }
        print("workers \(pids)")
        let sleeper = try pool.applyAsync { try await Task.sleep(for: .seconds(10)) }
        do {
            try await sleeper.value(within: .seconds(1))
        } catch let error as MultiprocessingError where error.code == .timeout {
            print("it sleeps for too long")
        }
        sleeper.cancel()
        print(
            "the sleeper was \(sleeper.state.rawValue), and the pool goes on: \(try await pool.apply(6) { $0 * 7 })"
        )
        await pool.shutdown()
        do {
            try await pool.apply { 1 }
        } catch let error as MultiprocessingError where error.code == .poolClosed {
            print("the pool takes no more work")
        }
    }
}
