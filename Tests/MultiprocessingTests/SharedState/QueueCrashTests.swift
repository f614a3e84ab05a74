import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A process is killed between any two changes of a queue's memory; nobody else notices but by a missing value.
@Suite(
    .timeLimit(.minutes(10)), .startsProcesses,
    .enabled(if: hasCrashPoints, "crash points are in debug builds only"))
struct QueueCrashTests {
    static let puts = [
        "arena.cut", "put.allocated", "put.numbered", "put.parcelled", "put.reserved", "put.written",
        "put.sequenced",
        "put.queued", "put.appended", "put.counted", "put.unguarded",
    ]
    static let takes = [
        "take.looked", "take.marked", "take.popped", "take.dropped", "take.unguarded", "take.released",
        "arena.freed",
    ]

    @Test("FQU-01 FQU-05: a writer killed at any step leaves a whole value, or none", arguments: puts)
    func writer(point: String) async throws {
        for size in [10, 100_000] {
            let queue = try SharedQueue<Cargo>(capacity: 5)
            try await queue.put(Cargo(number: 1, size: size))
            let isKilled = try await crash(at: point) {
                ChildProcess(queue, size, context: ProcessContext(.spawn), options: $0) { queue, size in
                    try await queue.put(Cargo(number: 2, size: size))
                }
            }
            // Not every point is on the way of every size.
            let isOnTheWay = !["put.reserved", "put.written"].contains(point) || size > 8192
            #expect(isKilled == isOnTheWay)
            try await check(queue, holds: [[1], [1, 2]], size: size)
        }
    }

    @Test("FQU-01 FQU-05: a reader killed at any step has taken one value, or none", arguments: takes)
    func reader(point: String) async throws {
        for size in [10, 100_000] {
            let queue = try SharedQueue<Cargo>(capacity: 5)
            for number in 1...2 { try await queue.put(Cargo(number: number, size: size)) }
            let isKilled = try await crash(at: point) {
                ChildProcess(queue, context: ProcessContext(.spawn), options: $0) { queue in
                    _ = try await queue.get()
                }
            }
            #expect(isKilled == (point != "take.released" || size > 8192))
            try await check(queue, holds: [[1, 2], [2]], size: size)
        }
    }

    @Test(
        "FQU-02: of a queue that delivers again, a reader killed at any step takes nothing with it",
        arguments: takes)
    func acknowledgedReader(point: String) async throws {
        let queue = try SharedQueue<Int>(redelivers: true)
        for number in 1...3 { try await queue.put(number) }
        _ = try await crash(at: point) {
            ChildProcess(queue, context: ProcessContext(.spawn), options: $0) { queue in
                let delivery = try await queue.take()
                say("\(delivery?.value ?? 0)")
                delivery?.acknowledge()
            }
        }
        try await queue.finish()
        var found: [Int] = []
        for try await number in queue { found.append(number) }
        // Only the acknowledgement itself takes the value out.
        let isAcknowledged = ["take.released", "arena.freed"].contains(point)
        #expect(found == (isAcknowledged ? [2, 3] : [1, 2, 3]))
    }

    /// Lets a child run up to a point; whether it was killed there.
    private func crash(at point: String, _ child: (StartOptions) -> ChildProcess) async throws -> Bool {
        var options = StartOptions.captured
        options.environment = .updated(["MULTIPROCESSING_CRASH_AT": "queue.\(point)"])
        let child = child(options)
        try await child.start()
        return try await child.join() == .signaled(SIGKILL)
    }

    /// The queue has one of these contents, and takes as much as a new one.
    private func check(_ queue: SharedQueue<Cargo>, holds allowed: [[Int]], size: Int) async throws {
        var found: [Int] = []
        // What the dead one had in hand is noticed by whoever waits.
        for number in 10..<12 {
            try await queue.put(Cargo(number: number, size: size), timeout: .seconds(20))
        }
        while let cargo = try queue.tryGet() {
            cargo.event.set()
            #expect(cargo.bytes == [UInt8](repeating: UInt8(cargo.number), count: size))
            found.append(cargo.number)
        }
        #expect(allowed.contains { $0 + [10, 11] == found }, "\(found)")
        for number in 0..<5 { #expect(try queue.tryPut(Cargo(number: number, size: size))) }
        #expect(try !queue.tryPut(Cargo(number: 6, size: size)))
    }
}

/// A value with bytes and a handle.
private struct Cargo: Codable, Sendable {
    let number: Int
    let bytes: [UInt8]
    let event: SharedEvent

    init(number: Int, size: Int) throws {
        self.number = number
        bytes = [UInt8](repeating: UInt8(number), count: size)
        event = try SharedEvent()
    }
}

private var hasCrashPoints: Bool {
    #if DEBUG
        true
    #else
        false
    #endif
}
