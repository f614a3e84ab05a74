import Multiprocessing

/// Two processes add to one shared number under its lock.
func sharedValue(_ measured: Case) async throws {
    let processes = try measured.size("processes")
    let count = try measured.size("n")
    let value = try SharedValue(0)
    let ready = try SharedSemaphore(value: 0)
    let go = try SharedEvent()
    let children = (0..<processes).map { _ in
        ChildProcess(value, Start(ready: ready, go: go), count) { value, start, count in
            try await start.wait()
            for _ in 0..<count { try value.withLockBlocking { $0 += 1 } }
        }
    }
    for child in children { try await child.start() }
    for _ in children { try await ready.acquire() }
    let taken = try await seconds {
        go.set()
        for child in children { try await child.join() }
    }
    guard value.value == processes * count else { throw Failure(description: "increments were lost") }
    measured.emit("locked_increments", Double(processes * count) / taken, n: processes * count)
}

/// A block of shared bytes: filled by this process, and copied out by another one.
func sharedArray(_ measured: Case) async throws {
    let size = try measured.size("bytes")
    let rounds = try measured.size("repeat")
    let bytes = [UInt8](repeating: 0x5A, count: size)
    let mebibytes = Double(size) / 1_048_576
    var first: [Double] = []
    for _ in 0..<rounds {
        // Its pages come when it is made, so that counts.
        first.append(
            try await seconds { try SharedArray(rawRepeating: UInt8(0), count: size).write(bytes) })
    }
    measured.emit("fill_first", mebibytes / (first.min() ?? 0), n: rounds)
    let array = try SharedArray(raw: bytes)
    let again = try await samples(rounds, warmup: 1) { try array.write(bytes) }
    measured.emit("fill_again", mebibytes / again[0], n: rounds)
    let times = try SharedQueue<Double>()
    let reader = ChildProcess(array, times, rounds) { array, times, rounds in
        var target = [UInt8](repeating: 0, count: array.count)
        for _ in 0...rounds {
            let time = try await seconds {
                var span = target.mutableSpan
                try array.copyElements(into: &span)
            }
            try await times.put(time)
        }
        try await times.finish()
    }
    try await reader.start()
    var reads: [Double] = []
    for try await time in times { reads.append(time) }
    try await reader.join()
    measured.emit("read", mebibytes / (reads.dropFirst().min() ?? 0), n: rounds)
}

/// Where processes wait for each other to begin together.
struct Start: Codable, Sendable {
    let ready: SharedSemaphore
    let go: SharedEvent

    func wait() async throws {
        try ready.release()
        try await go.wait()
    }
}
