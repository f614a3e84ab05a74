import Multiprocessing

/// Calls of a dictionary in a manager's process: one after another, by one and by two clients, and many at once.
func managerCall(_ measured: Case) async throws {
    try await withManager { manager in
        let table = try await manager.dictionary(["key": 1])
        let count = try measured.size("latency_n")
        let warmup = try measured.size("warmup")
        let gets = try await samples(count, warmup: warmup) { _ = try await table["key"] }
        measured.emit(measured.isPinned ? "get_one_cpu_median" : "get_median", gets.median * 1e6, n: count)
        guard !measured.isPinned else { return }
        let sets = try await samples(count, warmup: warmup) { try await table.set(1, forKey: "key") }
        measured.emit("set_median", sets.median * 1e6, n: count)
        let calls = try measured.size("calls_n")
        for clients in 1...2 {
            let time = try await hammer(table, clients: clients, calls: calls)
            measured.emit(clients == 1 ? "calls_1client" : "calls_2clients", Double(calls) / time, n: calls)
        }
        let crowd = try await seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<calls { group.addTask { _ = try await table["key"] } }
                try await group.waitForAll()
            }
        }
        measured.emit("calls_at_once", Double(calls) / crowd, n: calls, unit: "calls/s")
        let batches = try await samples(count / 10, warmup: 10) {
            try await table.batch { batch in for number in 0..<100 { batch.set(number, forKey: "key") } }
        }
        measured.emit("set_in_batch_median", batches.median * 1e6 / 100, n: count / 10, unit: "us")
    }
    if !measured.isPinned { try measured.repeatOnOneProcessor() }
}

/// How long client processes take for so many calls together, half of each kind.
private func hammer(_ table: ManagedDictionary<String, Int>, clients: Int, calls: Int) async throws -> Double
{
    let ready = try SharedSemaphore(value: 0)
    let go = try SharedEvent()
    let rounds = calls / clients / 2
    var children: [ChildProcess] = []
    for _ in 0..<clients {
        let child = ChildProcess(table, rounds) { table, rounds in
            _ = try await table["key"]
            try ready.release()
            try await go.wait()
            for _ in 0..<rounds {
                try await table.set(1, forKey: "key")
                _ = try await table["key"]
            }
        }
        try await child.start()
        children.append(child)
    }
    for _ in 0..<clients { try await ready.acquire() }
    let all = children
    return try await seconds {
        go.set()
        for child in all where try await child.join() != .exited(0) {
            throw Failure(description: "a client failed")
        }
    }
}
