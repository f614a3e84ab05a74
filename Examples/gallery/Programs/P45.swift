import Glibc
import Multiprocessing

/// Five tasks of three seconds, on as many workers as there are processors: so many run at a time, and no more.
enum P45 {
    struct Run: Codable {
        let name: Int
        let process: Int32
        let begin: Duration
        let end: Duration
    }

    static func run() async throws {
        print("the program is process \(getpid())")
        let pool = try ProcessPool()
        let jobs = try (0..<5).map { try pool.applyAsync($0, work) }
        print("waiting for all of them")
        pool.close()
        try await pool.join()
        var runs: [Run] = []
        for job in jobs { runs.append(try await job.value) }
        for run in runs {
            print(
                "task \(run.name) ran in process \(run.process) for \((run.end - run.begin).components.seconds) s"
            )
        }
        let most = runs.map { run in runs.count { $0.begin <= run.begin && run.begin < $0.end } }.max() ?? 0
        print("processors: \(pool.workers), tasks at a time: \(most)")
    }

    @concurrent @Sendable static func work(_ name: Int) async throws -> Run {
        // One clock for all processes of a machine.
        let begin = now
        try await Task.sleep(for: .seconds(3))
        return Run(name: name, process: getpid(), begin: begin, end: now)
    }

    private static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
