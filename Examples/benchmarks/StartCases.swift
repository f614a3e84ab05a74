import Multiprocessing

private let methods: [StartMethod] = [.forkserver, .spawn]

/// Start and join of a process that does nothing.
func processStart(_ measured: Case) async throws {
    for method in methods {
        let count = try measured.size("\(method)_n")
        let context = ProcessContext(method)
        let samples = try await samples(count, warmup: measured.size("warmup")) {
            let child = ChildProcess(context: context) {}
            try await child.start()
            guard try await child.join() == .exited(0) else { throw Failure(description: "a child failed") }
        }
        measured.emit("\(method)_median", samples.median * 1e3, n: count)
    }
}

/// From no pool to the result of a first task, and the pool's orderly end.
func poolStart(_ measured: Case) async throws {
    let workers = try measured.size("workers")
    for method in methods {
        let count = try measured.size("\(method)_n")
        let context = ProcessContext(method)
        var starts: [Double] = []
        var ends: [Double] = []
        for round in try -measured.size("warmup")..<count {
            let begin = ContinuousClock.now
            let pool = try ProcessPool(workers: workers, context: context)
            _ = try await pool.apply(0, nothing)
            let first = ContinuousClock.now
            await pool.shutdown()
            guard round >= 0 else { continue }
            starts.append((first - begin) / .milliseconds(1))
            ends.append((ContinuousClock.now - first) / .milliseconds(1))
        }
        measured.emit("\(method)_first_result", starts.sorted().median, n: count)
        measured.emit("\(method)_shutdown", ends.sorted().median, n: count)
    }
}
