import Multiprocessing

/// Reads and writes of a managed dictionary: how long one takes, and how many one and two processes make.
func managerCall(_ measured: Case) async throws {
    try await withManager { manager in
        let dictionary = try await manager.dictionary(["k": 1])
        let (count, warmup) = (try measured.size("latency_n"), try measured.size("warmup"))
        let reads = try await samples(count, warmup: warmup) { _ = try await dictionary["k"] }
        if measured.isPinned {
            return measured.emit("get_one_cpu_median", reads.median * 1e6, n: count)
        }
        measured.emit("get_median", reads.median * 1e6, n: count)
        measured.emit("get_p99", reads.p99 * 1e6, n: count, unit: "us")
        let writes = try await samples(count, warmup: warmup) { try await dictionary.set(2, forKey: "k") }
        measured.emit("set_median", writes.median * 1e6, n: count)
        let calls = try measured.size("calls_n")
        for (clients, metric) in [(1, "calls_1client"), (2, "calls_2clients")] {
            let race = ManagerRace(
                dictionary: dictionary, calls: calls, ready: try SharedSemaphore(value: 0),
                go: try SharedEvent(), done: try SharedSemaphore(value: 0))
            measured.emit(
                metric, Double(clients * calls) / (try await race.seconds(clients)), n: clients * calls)
        }
        let batch = 100
        let batches = try await samples(count / 10, warmup: 10) {
            try await dictionary.batch { batch in for number in 0..<100 { batch.set(number, forKey: "k") } }
        }
        measured.emit("batched_set", batches.median * 1e6 / Double(batch), n: count / 10, unit: "us")
    }
    if !measured.isPinned { try measured.repeatOnOneProcessor() }
}

/// Processes that begin together, and call the same object.
struct ManagerRace: Codable, Sendable {
    let dictionary: ManagedDictionary<String, Int>
    let calls: Int
    let ready: SharedSemaphore
    let go: SharedEvent
    let done: SharedSemaphore

    /// Seconds from the go to the last answer; each client makes as many calls as the others, half of them reads.
    func seconds(_ clients: Int) async throws -> Double {
        let children = (0..<clients).map { _ in
            ChildProcess(self) { race in
                _ = try await race.dictionary["k"]
                try race.ready.release()
                try await race.go.wait()
                for number in 0..<race.calls / 2 {
                    _ = try await race.dictionary["k"]
                    try await race.dictionary.set(number, forKey: "k")
                }
                try race.done.release()
            }
        }
        for child in children { try await child.start() }
        for _ in children { try await ready.acquire() }
        let start = ContinuousClock.now
        go.set()
        for _ in children { try await done.acquire() }
        let time = (ContinuousClock.now - start) / .seconds(1)
        for child in children { try await child.join() }
        return time
    }
}
