import Multiprocessing

/// A short message there and back, where the scheduler puts the processes and on one processor.
func pipeLatency(_ measured: Case) async throws {
    let count = try measured.size("n")
    let warmup = try measured.size("warmup")
    let (near, far) = try Connection.pipe()
    let child = ChildProcess(far, count + warmup) { far, rounds in
        for _ in 0..<rounds { try await far.send(bytes: try await far.receiveBytes()) }
    }
    try await child.start()
    let message = [UInt8](repeating: 0x5A, count: try measured.size("bytes"))
    let samples = try await samples(count, warmup: warmup) {
        try await near.send(bytes: message)
        guard try await near.receiveBytes() == message else { throw Failure(description: "another message") }
    }
    guard try await child.join() == .exited(0) else { throw Failure(description: "the child failed") }
    measured.emit(measured.isPinned ? "one_cpu_median" : "median", samples.median * 1e6, n: count)
    if !measured.isPinned {
        measured.emit("p99", samples.p99 * 1e6, n: count)
        try measured.repeatOnOneProcessor()
    }
}

/// Long messages in one direction; the other side answers once, after the last one.
func pipeBandwidth(_ measured: Case) async throws {
    for (metric, size) in [("msg_1mib", "mib"), ("msg_64mib", "big")] {
        let count = try measured.size("\(size)_n")
        let length = try measured.size("\(size)_bytes")
        let message = [UInt8](repeating: 0x5A, count: length)
        var best = Double.infinity
        for _ in 0..<(try measured.size("repeat")) {
            let (near, far) = try Connection.pipe()
            let child = ChildProcess(far, [count, length]) { far, sizes in
                try await far.send(0)
                var total = 0
                for _ in 0..<sizes[0] { total += try await far.receiveBytes().count }
                try await far.send(total == sizes[0] * sizes[1])
                _ = try await far.receive(Bool.self)
            }
            try await child.start()
            _ = try await near.receive(Int.self)
            best = min(
                best,
                try await seconds {
                    for _ in 0..<count { try await near.send(bytes: message) }
                    guard try await near.receive(Bool.self) else {
                        throw Failure(description: "bytes are missing")
                    }
                })
            try await near.send(true)
            try await child.join()
        }
        measured.emit(metric, Double(count * length) / Double(1 << 20) / best, n: count)
    }
}
