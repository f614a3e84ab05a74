import Multiprocessing

/// Runs a body with a pool whose workers have all worked before.
func withWarmPool(_ measured: Case, _ body: (ProcessPool) async throws -> Void) async throws {
    try await withProcessPool(workers: measured.size("workers")) { pool in
        try await pool.map(0..<100, nothing)
        try await body(pool)
    }
}

/// One task at a time, where the scheduler puts the processes and on one processor.
func poolApplyLatency(_ measured: Case) async throws {
    let count = try measured.size("n")
    try await withWarmPool(measured) { pool in
        let samples = try await samples(count, warmup: measured.size("warmup")) {
            _ = try await pool.apply(1, nothing)
        }
        measured.emit(measured.isPinned ? "one_cpu_median" : "median", samples.median * 1e6, n: count)
        if !measured.isPinned { measured.emit("p99", samples.p99 * 1e6, n: count) }
    }
    if !measured.isPinned { try measured.repeatOnOneProcessor() }
}

/// Small tasks: a stream, a map in chunks, and single submissions collected afterwards.
func poolTasksPerSecond(_ measured: Case) async throws {
    try await withWarmPool(measured) { pool in
        func rate(_ metric: String, _ count: Int, _ body: () async throws -> Void) async throws {
            measured.emit(metric, Double(count) / (try await seconds(body)), n: count)
        }
        let streamed = try measured.size("imap_n")
        try await rate("imap_unordered", streamed) {
            for try await _ in pool.imapUnordered(0..<streamed, nothing) {}
        }
        let mapped = try measured.size("map_n")
        try await rate("map_default_chunk", mapped) {
            try await pool.map(0..<mapped) { $0 * $0 }
        }
        let submitted = try measured.size("apply_async_n")
        try await rate("apply_async", submitted) {
            let results = try (0..<submitted).map { try pool.applyAsync($0, nothing) }
            for result in results { _ = try await result.value }
        }
    }
}

/// Counting primes, alone and in the pool.
func poolCPU(_ measured: Case) async throws {
    let limits = Array(repeating: try measured.size("below"), count: try measured.size("tasks"))
    let workers = try measured.size("workers")
    var serial = Double.infinity
    var parallel = Double.infinity
    try await withWarmPool(measured) { pool in
        for _ in 0..<(try measured.size("repeat")) {
            var expected: [Int] = []
            serial = min(serial, try await seconds { expected = limits.map { countPrimes(below: $0) } })
            var counted: [Int] = []
            let time = try await seconds { counted = try await pool.map(limits, chunkSize: 1, countPrimes) }
            guard counted == expected else { throw Failure(description: "the pool counts otherwise") }
            parallel = min(parallel, time)
        }
    }
    measured.emit("serial_wall", serial, n: limits.count)
    measured.emit("parallel_wall", parallel, n: limits.count)
    measured.emit("efficiency", serial / (Double(workers) * parallel), n: limits.count)
}
