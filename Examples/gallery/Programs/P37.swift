import Glibc
import Multiprocessing

/// A pool whose workers greet once and leave after two tasks each.
enum P37 {
    static func run() async throws {
        let size = 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))
        try await withProcessPool(workers: size, maxTasksPerChild: 2, initializer: greet) { pool in
            let doubled = try await pool.map(0..<10) { $0 * 2 }
            print("doubled: \(doubled)")
        }
        try await withProcessPool(workers: 2, maxTasksPerChild: 2, initializer: greet) { pool in
            let workers = try await pool.map(0..<10, chunkSize: 1) { _ in getpid() }
            let tasks = Dictionary(grouping: workers) { $0 }.values.map(\.count)
            print(
                "\(tasks.count >= 5 ? "5 or more" : "\(tasks.count)") processes ran 10 tasks, at most \(tasks.max() ?? 0) each"
            )
        }
    }

    /// What each worker does before its first task.
    static func greet() {
        print("starting \(ChildProcess.current.name)")
        fflush(nil)
    }
}
