import Multiprocessing

/// Small values and byte strings through a queue, from one process to another and from two to two.
func queueThroughput(_ measured: Case) async throws {
    let count = try measured.size("small_n")
    for (sides, metric) in [(1, "small_1to1"), (2, "small_2to2")] {
        let race = try QueueRace(queue: try SharedQueue<Int>(), each: count / sides)
        measured.emit(metric, Double(count) / (try await race.seconds(sides: sides) { 7 }), n: count)
    }
    let size = try measured.size("bytes")
    let messages = try measured.size("bytes_n")
    let race = try QueueRace(queue: try SharedQueue<[UInt8]>(), each: messages)
    let time = try await race.seconds(sides: 1) { [size] in [UInt8](repeating: 0x5A, count: size) }
    measured.emit("mib_1to1", Double(messages * size) / 1_048_576 / time, n: messages)
}

/// Producers and consumers that begin together, with one queue between them.
struct QueueRace<Element: Codable & Sendable>: Codable, Sendable {
    let queue: SharedQueue<Element>
    let each: Int
    private let ready: SharedSemaphore
    private let go: SharedEvent
    private let done: SharedSemaphore

    init(queue: SharedQueue<Element>, each: Int) throws {
        self.queue = queue
        self.each = each
        ready = try SharedSemaphore(value: 0)
        go = try SharedEvent()
        done = try SharedSemaphore(value: 0)
    }

    /// Seconds from the go to the last value.
    func seconds(
        sides: Int, _ make: @escaping @concurrent @Sendable () async throws -> Element
    ) async throws -> Double {
        let consumers = (0..<sides).map { _ in
            ChildProcess(self) { race in
                try race.ready.release()
                try await race.go.wait()
                for _ in 0..<race.each { _ = try await race.queue.get() }
                try race.done.release()
            }
        }
        let producers = (0..<sides).map { _ in
            ChildProcess(self) { race in
                let value = try await make()
                try race.ready.release()
                try await race.go.wait()
                for _ in 0..<race.each { try await race.queue.put(value) }
            }
        }
        for child in consumers + producers { try await child.start() }
        for _ in 0..<(2 * sides) { try await ready.acquire() }
        let start = ContinuousClock.now
        go.set()
        for _ in 0..<sides { try await done.acquire() }
        let time = (ContinuousClock.now - start) / .seconds(1)
        for child in consumers + producers { try await child.join() }
        return time
    }
}
