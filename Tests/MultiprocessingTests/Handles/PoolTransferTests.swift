import Foundation
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

private struct Append: ProcessTask {
    let end: PipeEnd
    let text: String
    func run() async throws -> Int {
        try end.write(text)
        return text.count
    }
}

private struct Chosen: Error, Codable {
    var end: PipeEnd
}

/// What takes numbers away, and keeps them taken.
private enum Occupied {
    static func fill(below number: Int32) -> Int {
        var last: Int32 = 0
        while last < number { last = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        return Int(last)
    }
}

/// Handles that go to workers, and come from them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct PoolTransferTests {
    /// Reads everything that was written by the body, in which the writing end is known; nobody here keeps it.
    private func text(
        _ body: (_ writer: PipeEnd) async throws -> Void
    ) async throws -> String {
        let reader = try await written(body)
        return try reader.readAll()
    }

    private func written(_ body: (_ writer: PipeEnd) async throws -> Void) async throws -> PipeEnd {
        let (reader, writer) = try PipeEnd.pair()
        try await body(writer)
        return reader
    }

    private func sorted(_ text: String) -> String { String(text.sorted()) }

    @Test("FDP-06: a body's captured handles reach every worker", arguments: everyContext)
    func captures(context: ProcessContext) async throws {
        let text = try await text { writer in
            try await withProcessPool(workers: 2, context: context) { pool async throws in
                let (object, name) = (SharedEnd(writer), "n")
                try await pool.apply { try writer.write("a") }
                try await pool.apply { try object.end.write("b") }
                try await pool.apply { try writer.write(name) }
                try await pool.map(0..<40, chunkSize: 1) { _ in try writer.write("m") }
                let list = [writer]
                try await pool.map(0..<40) { _ in try list[0].write("m") }
            }
        }
        #expect(sorted(text) == "ab" + String(repeating: "m", count: 80) + "n")
    }

    @Test("FDP-06: handles are arguments of every form of call")
    func arguments() async throws {
        let text = try await text { writer in
            try await withProcessPool(workers: 2) { pool async throws in
                try await pool.apply(writer) { try $0.write("a") }
                try await pool.apply(writer, "b") { try $0.write($1) }
                try await pool.apply(1, writer, "c") { _, end, text in try end.write(text) }
                try await pool.applyAsync(writer, "d") { try $0.write($1) }.value
                #expect(try await pool.apply(Append(end: writer, text: "e")) == 1)
                for size in [1, 7] {
                    try await pool.map(Array(repeating: writer, count: 10), chunkSize: size) {
                        try $0.write("f")
                    }
                    let pairs = (0..<10).map { _ in (writer, "g") }
                    try await pool.starmap(pairs, chunkSize: size) { try $0.write($1) }
                    try await pool.map(["h", "h"], with: writer, chunkSize: size) { try $1.write($0) }
                    for try await count in pool.imap(
                        ["i", "i"], with: writer, chunkSize: size,
                        { text, end in
                            try end.write(text)
                            return text.count
                        })
                    { #expect(count == 1) }
                    for try await _ in pool.imapUnordered(
                        [writer, writer], chunkSize: size,
                        { end in
                            try end.write("j")
                            return 0
                        })
                    {}
                }
            }
        }
        let repeated = [("f", 20), ("g", 20), ("h", 4), ("i", 4), ("j", 4)]
        #expect(sorted(text) == "abcde" + repeated.map { String(repeating: $0, count: $1) }.joined())
    }

    @Test("FDP-14: handles inside of other values, and the same one several times, arrive as one")
    func inside() async throws {
        let (_, writer) = try PipeEnd.pair()
        let ends = Ends(all: writer)
        try await withProcessPool(workers: 1) { pool async throws in
            let counts = try await pool.map([ends, ends], chunkSize: 2) { ends in
                [ends.all.count, Set(ends.all.map(\.descriptor.raw)).count]
            }
            #expect(counts == [[7, 1], [7, 1]])
            let captured = try await pool.apply { Set(ends.all.map(\.descriptor.raw)).count }
            #expect(captured == 1)
        }
    }

    @Test("FDP-02: numbers above 255 on both sides")
    func highNumbers() async throws {
        let text = try await text { writer in
            let high = try writer.duplicated(from: 400)
            try await withProcessPool(workers: 1) { pool async throws in
                #expect(try await pool.apply { Occupied.fill(below: 256) } == 256)
                let number = try await pool.apply(high) { end in
                    try end.write("high")
                    return end.descriptor.raw
                }
                #expect(number > 256)
            }
        }
        #expect(text == "high")
    }

    @Test("FDP-09: chunks hold as many handles as can travel, and an input with more is an error")
    func many() async throws {
        let (_, writer) = try PipeEnd.pair()
        let ends = try (0..<600).map { _ in try writer.duplicated() }
        try await withProcessPool(workers: 1) { pool async throws in
            // One worker gets chunks of 150, and all descriptors of such a chunk are too many for it.
            let pairs = ends.indices.map { [ends[$0], ends[($0 + 150) % ends.count]] }
            let counts = try await pool.map(pairs) { Set($0.map(\.descriptor.raw)).count }
            #expect(counts == Array(repeating: 2, count: 600))
            let exact = Array(ends.prefix(253))
            #expect(try await pool.apply(exact) { $0.count } == 253)
            let excess = Array(ends.prefix(254))
            for call in 0..<3 {
                let error = await #expect(throws: MultiprocessingError.self) {
                    switch call {
                    case 0: _ = try await pool.apply(excess) { $0.count }
                    case 1: _ = try await pool.apply { excess.count }
                    default: _ = try await pool.map(ends, chunkSize: 300) { _ in 0 }
                    }
                }
                #expect(error?.code == .unencodable)
                #expect(error?.description.contains("253") == true)
            }
            #expect(try await pool.apply(writer) { _ in 5 } == 5)
        }
    }

    // Many at once, because each copy is made of a program that has just begun to look up its types.
    @Test("FDP-06: workers that are forked copies get handles, and give them", arguments: 0..<10)
    func forked(_: Int) async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let (reader, writer) = try PipeEnd.pair()
            try await withProcessPool(workers: 1, context: ProcessContext(.fork)) { pool async throws in
                let back = try await pool.apply(writer) { $0 }
                try await pool.apply { try writer.write("a") }
                try back.write("b")
            }
            var bytes: [UInt8] = [0, 0]
            guard read(reader.descriptor.raw, &bytes, 2) == 2 else { exit(3) }
            say("\(bytes)")
        }
        let report = try await program.report()
        #expect(report.output == ["[97, 98]"], "\(report)")
    }

    @Test("FDP-09: a worker without room for handles says so, and goes on")
    func noRoom() async throws {
        let (_, writer) = try PipeEnd.pair()
        let ends = try (0..<60).map { _ in try writer.duplicated() }
        try await withProcessPool(workers: 1) { pool async throws in
            let before = try await pool.apply {
                var limit = rlimit(rlim_cur: 50, rlim_max: 50)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                return [Int(getpid()), Survey.openDescriptors().count]
            }
            for call in 0..<2 {
                let error = await #expect(throws: MultiprocessingError.self) {
                    if call == 0 {
                        try await pool.apply(ends) { _ in }
                    } else {
                        try await pool.apply { try ends[0].write("x") }
                    }
                }
                #expect(error?.code == .undecodable)
                #expect(error?.description.contains("limit of open files") == true)
            }
            let after = try await pool.apply { [Int(getpid()), Survey.openDescriptors().count] }
            #expect(after == before)
            #expect(try await pool.apply(writer) { _ in 5 } == 5)
        }
    }

    @Test(
        "FDP-06: what one worker takes over from another has the right handles, and so has what comes after it"
    )
    func takenOver() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        try await withProcessPool(workers: 2) { pool async throws in
            let blocked = try pool.applyAsync {
                gate.pass()
                return getpid()
            }
            for round in 0..<2 {
                var calls: [(PipeEnd, AsyncResult<Int32>)] = []
                for number in 0..<30 {
                    let (reader, writer) = try PipeEnd.pair()
                    // Every third one has a definition with a handle of its own.
                    let call =
                        number % 3 == 0
                        ? try pool.applyAsync {
                            try writer.write("\(number)")
                            return getpid()
                        }
                        : try pool.applyAsync(writer, number) { end, number in
                            try end.write("\(number)")
                            return getpid()
                        }
                    calls.append((reader, call))
                }
                var workers: Set<Int32> = []
                for (_, call) in calls { workers.insert(try await call.value) }
                if round == 0 {
                    gate.open()
                    #expect(workers.count == 1)
                    #expect(!workers.contains(try await blocked.value))
                }
                for (number, (reader, _)) in calls.enumerated() {
                    var bytes = [UInt8](repeating: 0, count: 8)
                    let count = read(reader.descriptor.raw, &bytes, 8)
                    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "\(number)")
                }
            }
        }
    }

    @Test("FDP-06: what waits for a worker that is killed gets its handles at the next one")
    func killed() async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let (started, starter) = try PipeEnd.pair()
        let text = try await text { writer in
            try await withProcessPool(workers: 1) { pool async throws in
                let pid = try await pool.apply { getpid() }
                let blocked = try pool.applyAsync(starter, writer) { starter, end in
                    try starter.write("!")
                    gate.pass()
                    try end.write("never")
                }
                var byte: UInt8 = 0
                #expect(read(started.descriptor.raw, &byte, 1) == 1)
                let waiting = try (0..<20).map { _ in
                    try pool.applyAsync(writer) { end in
                        try end.write("x")
                        return getpid()
                    }
                }
                kill(pid, SIGKILL)
                await #expect(throws: WorkerDiedError.self) { try await blocked.value }
                for call in waiting { #expect(try await call.value != pid) }
            }
        }
        #expect(text == String(repeating: "x", count: 20))
    }

    @Test("FDP-06: tasks return handles, in every form of call")
    func results() async throws {
        try await withProcessPool(workers: 2) { pool async throws in
            let end = try await pool.apply {
                let (reader, writer) = try PipeEnd.pair()
                try writer.write("from \(1)")
                return reader
            }
            #expect(try end.readAll() == "from 1")
            for size in [1, 5] {
                let ends = try await pool.map(0..<50, chunkSize: size) { number in
                    let (reader, writer) = try PipeEnd.pair()
                    try writer.write("\(number)")
                    return number % 3 == 0 ? [reader, reader] : number % 3 == 1 ? [reader] : []
                }
                for (number, ends) in ends.enumerated() where !ends.isEmpty {
                    #expect(try ends[0].readAll() == "\(number)")
                }
                var number = 0
                for try await ends in pool.imap(
                    0..<50, chunkSize: size,
                    { number in
                        let (reader, writer) = try PipeEnd.pair()
                        try writer.write("\(number)")
                        return Ends(all: reader)
                    })
                {
                    #expect(try ends.object?.end.readAll() == "\(number)")
                    number += 1
                }
            }
            let (_, writer) = try PipeEnd.pair()
            let excess = try (0..<254).map { _ in try writer.duplicated() }
            let error = await #expect(throws: MultiprocessingError.self) {
                try await pool.apply(Array(excess.prefix(200)), Array(excess.suffix(54))) { $0 + $1 }
            }
            #expect(error?.code == .unencodable)
            // An error has no room for them: what is left is its description.
            await #expect(throws: (any Error).self) {
                try await pool.apply(writer) { end in throw Chosen(end: end) }
            }
        }
    }

    @Test("FDP-06: answers with handles that nobody reads for a while do not stop the worker")
    func crowd() async throws {
        try await withProcessPool(workers: 1) { pool async throws in
            // More than the channel and the ring take at once.
            let ends = try await pool.map(0..<400, chunkSize: 400) { number in
                let (reader, writer) = try PipeEnd.pair()
                try writer.write("\(number)")
                return [String(repeating: "x", count: 3000): reader]
            }
            #expect(ends.count == 400)
            for (number, end) in ends.enumerated() {
                #expect(try end.first?.value.readAll() == "\(number)")
            }
        }
    }

    @Test("FDP-10: a worker's and this process's descriptors stay as many, whatever is sent")
    func rounds() async throws {
        let rounds =
            Campaign.count("TRANSFERS") ?? 1000
        let program = ChildProcess(rounds, context: ProcessContext(.spawn), options: .captured) { rounds in
            try await withProcessPool(workers: 1) { pool async throws in
                var counts: [[Int]] = []
                for round in 0..<rounds {
                    let (reader, writer) = try PipeEnd.pair()
                    switch round % 4 {
                    case 0:
                        // A definition of its own, which is forgotten.
                        try await pool.apply { try writer.write("x") }
                    case 1:
                        let back = try await pool.apply(writer) { $0 }
                        try back.write("x")
                    case 2:
                        _ = try await pool.apply(Unwanted([writer, reader], number: 1)) { $0.number }
                        try writer.write("x")
                    default:
                        // Cancelled or not, nothing is left.
                        let call = try pool.applyAsync(writer) { _ in 1 }
                        call.cancel()
                        try writer.write("x")
                    }
                    var byte: UInt8 = 0
                    guard read(reader.descriptor.raw, &byte, 1) == 1 else { exit(3) }
                    if round % (rounds / 4) == rounds / 4 - 1 {
                        let inWorker = try await pool.apply { Survey.openDescriptors().count }
                        counts.append([Survey.openDescriptors().count, inWorker])
                    }
                }
                let (first, last) = (counts[0], counts[counts.count - 1])
                say("\(last[0] - first[0] < 10 && last[1] - first[1] < 10) \(counts)")
            }
        }
        let report = try await program.report()
        #expect(report.errors == [])
        #expect(report.output.first?.hasPrefix("true") == true, "\(report.output)")
    }

    @Test("FDP-10: workers that are killed while handles are on their way leave none here")
    func killedRounds() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            var counts: [Int] = []
            for _ in 0..<3 {
                try await withProcessPool(workers: 2) { pool async throws in
                    let (_, writer) = try PipeEnd.pair()
                    let ends = try (0..<20).map { _ in try writer.duplicated() }
                    for _ in 0..<5 {
                        let results = try (0..<10).map { number in
                            try pool.applyAsync(ends, number) { ends, number in
                                if number == 5 { kill(getpid(), SIGKILL) }
                                return ends
                            }
                        }
                        for result in results { _ = try? await result.value }
                    }
                }
                counts.append(Survey.openDescriptors().count)
            }
            say("\(counts[2] - counts[0] < 10) \(counts)")
        }
        let report = try await program.report()
        #expect(report.output.first?.hasPrefix("true") == true, "\(report)")
    }
}
