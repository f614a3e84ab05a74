import Multiprocessing

/// Acquire and release of locks that nobody else wants.
func lockUncontended(_ measured: Case) async throws {
    let count = try measured.size("n")
    let rounds = try measured.size("repeat")
    let lock = try SharedLock()
    try await measured.emitBest("lock", count, rounds) {
        for _ in 0..<count { try lock.withLockBlocking {} }
    }
    try await measured.emitBest("lock_async", count, rounds) {
        for _ in 0..<count { try await lock.withLock {} }
    }
}

extension Case {
    /// Prints the nanoseconds of one of `count` repetitions, in the best of some rounds.
    fileprivate func emitBest(
        _ metric: String, _ count: Int, _ rounds: Int, _ body: () async throws -> Void
    ) async throws {
        let best = try await samples(rounds, warmup: 1, body)[0]
        emit(metric, best / Double(count) * 1e9, n: count, unit: "ns")
    }
}
