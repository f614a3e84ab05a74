import Multiprocessing

/// Acquire and release of what nobody else wants, from code that blocks and from tasks.
func lockUncontended(_ measured: Case) async throws {
    let count = try measured.size("n")
    let rounds = try measured.size("repeat")
    let (lock, recursive) = (try SharedLock(), try SharedRecursiveLock())
    let semaphore = try SharedSemaphore(value: 1)
    try await measured.emitBest("lock", count, rounds) {
        for _ in 0..<count { try lock.withLockBlocking {} }
    }
    try await measured.emitBest("rlock", count, rounds) {
        for _ in 0..<count { try recursive.withLockBlocking {} }
    }
    try await measured.emitBest("semaphore", count, rounds) {
        for _ in 0..<count {
            _ = semaphore.acquireBlocking()
            try semaphore.release()
        }
    }
    try await measured.emitBest("lock_async", count, rounds) {
        for _ in 0..<count { try await lock.withLock {} }
    }
}

/// Processes that acquire and release one lock as fast as they can.
func lockContended(_ measured: Case) async throws {
    let (processes, count) = (try measured.size("processes"), try measured.size("n"))
    func rate(_ isBlocking: Bool) async throws -> Double {
        let lock = try SharedLock()
        let (ready, go) = (try SharedSemaphore(value: 0), try SharedEvent())
        let children = (0..<processes).map { _ in
            ChildProcess(lock) { lock in
                try ready.release()
                try await go.wait()
                if isBlocking {
                    for _ in 0..<count { try lock.withLockBlocking {} }
                } else {
                    for _ in 0..<count { try await lock.withLock {} }
                }
            }
        }
        for child in children { try await child.start() }
        for _ in children { try await ready.acquire() }
        let time = try await seconds {
            go.set()
            for child in children { try await child.join() }
        }
        return Double(processes * count) / time
    }
    measured.emit("ops", try await rate(true), n: processes * count)
    measured.emit("ops_async", try await rate(false), n: processes * count, unit: "ops/s")
}

/// Two processes that wake each other in turn.
private func wake(
    _ measured: Case, _ echo: ChildProcess, _ once: () async throws -> Void
) async throws {
    try await echo.start()
    let count = try measured.size("n")
    let samples = try await samples(count, warmup: measured.size("warmup"), once)
    try await echo.join()
    measured.emit(measured.isPinned ? "one_cpu_median" : "median", samples.median * 1e6, n: count)
    guard !measured.isPinned else { return }
    measured.emit("p99", samples.p99 * 1e6, n: count)
    try measured.repeatOnOneProcessor()
}

extension Case {
    /// How often the other process answers.
    fileprivate var rounds: Int {
        get throws { try size("n") + size("warmup") }
    }
}

/// A token, handed back and forth with two semaphores.
func semaphoreWake(_ measured: Case) async throws {
    let (there, back) = (try SharedSemaphore(value: 0), try SharedSemaphore(value: 0))
    let rounds = try measured.rounds
    let echo = ChildProcess(there, back) { there, back in
        for _ in 0..<rounds {
            try await there.acquire()
            try back.release()
        }
    }
    try await wake(measured, echo) {
        try there.release()
        try await back.acquire()
    }
}

/// The same with two events, each cleared by its waiter.
func eventWake(_ measured: Case) async throws {
    let (there, back) = (try SharedEvent(), try SharedEvent())
    let rounds = try measured.rounds
    let echo = ChildProcess(there, back) { there, back in
        for _ in 0..<rounds {
            try await there.wait()
            there.clear()
            back.set()
        }
    }
    try await wake(measured, echo) {
        there.set()
        try await back.wait()
        back.clear()
    }
}

/// The same with one condition and a turn that its lock guards: set while it is the other's.
func conditionNotify(_ measured: Case) async throws {
    let (condition, isOthers) = (try SharedCondition(), try SharedEvent())
    let rounds = try measured.rounds
    let echo = ChildProcess(condition, isOthers) { condition, isOthers in
        for _ in 0..<rounds {
            try await condition.withLock {
                try await condition.wait(until: { isOthers.isSet })
                isOthers.clear()
                try condition.notify()
            }
        }
    }
    try await wake(measured, echo) {
        try await condition.withLock {
            isOthers.set()
            try condition.notify()
        }
        try await condition.withLock { _ = try await condition.wait(until: { !isOthers.isSet }) }
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
