import Multiprocessing

/// Large byte strings in both directions.
func poolPayload(_ measured: Case) async throws {
    let size = try measured.size("bytes")
    let payloads = try (0..<measured.size("tasks")).map { [UInt8](repeating: UInt8($0 % 256), count: size) }
    let mebibytes = Double(2 * payloads.count * size) / 1_048_576
    var best = 0.0
    try await withWarmPool(measured) { pool in
        for _ in 0..<(try measured.size("repeat")) {
            var results: [[UInt8]] = []
            let time = try await seconds { results = try await pool.map(payloads, chunkSize: 1, newPayload) }
            guard results.map(\.count) == payloads.map(\.count) else {
                throw Failure(description: "the pool returned other sizes")
            }
            best = max(best, mebibytes / time)
        }
    }
    measured.emit("throughput", best, n: payloads.count)
    try await withWarmPool(measured) { pool in
        for factor in [4, 64] { try await single(measured, pool, size, factor) }
        try await context(measured, pool, size * 16)
    }
}

/// One value so many times as long, which no ring holds, there and back.
private func single(_ measured: Case, _ pool: ProcessPool, _ size: Int, _ factor: Int) async throws {
    let count = size * factor
    let payload = [UInt8](repeating: 1, count: count)
    var (there, back) = (Double.infinity, Double.infinity)
    for _ in 0..<(try measured.size("repeat")) {
        there = min(there, try await seconds { _ = try await pool.apply(payload) { $0.count } })
        let time = try await seconds {
            _ = try await pool.apply(count) { [UInt8](repeating: 1, count: $0) }
        }
        back = min(back, time)
    }
    let mebibytes = Double(count) / 1_048_576
    measured.emit("in_\(factor)_times", mebibytes / there, n: 1, unit: "MiB/s")
    measured.emit("out_\(factor)_times", mebibytes / back, n: 1, unit: "MiB/s")
}

/// A context that each worker uses.
private func context(_ measured: Case, _ pool: ProcessPool, _ size: Int) async throws {
    let workers = try measured.size("workers")
    var best = Double.infinity
    for round in 0..<(try measured.size("repeat")) {
        let context = [UInt8](repeating: UInt8(round), count: size)
        let time = try await seconds {
            try await pool.map(0..<workers, with: context, chunkSize: 1) { $0 + $1.count }
        }
        best = min(best, time)
    }
    measured.emit("context", best * 1e3, n: workers, unit: "ms")
}
