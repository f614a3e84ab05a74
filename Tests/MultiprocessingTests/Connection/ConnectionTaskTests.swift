import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A message whose encoding sends another one.
private struct Chatty: Codable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    func encode(to encoder: any Encoder) throws {
        let (left, right) = try Connection.pipe()
        #expect(try right.tryReceive(Int.self) == nil)
        left.close()
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Several tasks of one process at the same connection.
@Suite(.timeLimit(.minutes(10))) struct ConnectionTaskTests {
    @Test(
        "QUE-19 SFR-13: three senders at once: each long message arrives whole and once",
        arguments: [1 << 20, 20_000])
    func senders(count: Int) async throws {
        let (left, right) = try Connection.pipe()
        try await withThrowingTaskGroup { group in
            for seed in 1...3 {
                group.addTask { try await left.send(bytes: pattern(count, seed: UInt64(seed))) }
            }
            var left = Set((1...3).map { pattern(count, seed: UInt64($0)) })
            for _ in 1...3 { #expect(left.remove(try await right.receiveBytes()) != nil) }
            try await group.waitForAll()
        }
        #expect(try right.tryReceiveBytes() == nil)
    }

    @Test("several receivers at once: each message comes to one of them")
    func receivers() async throws {
        let (left, right) = try Connection.pipe()
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var sum = 0
                    for try await number in right.messages(of: Int.self) { sum += number }
                    return sum
                }
            }
            for number in 1...1000 { try await left.send(number) }
            left.close()
            return try await group.reduce(0, +)
        }
        #expect(total == 500_500)
    }

    @Test("QUE-26: a value whose encoding uses connections is sent all the same")
    func encoding() async throws {
        let (left, right) = try Connection.pipe()
        try await left.send(Chatty("outer"))
        #expect(try await right.receive(Chatty.self).text == "outer")
    }

    @Test("QUE-27: a stream waits while there is nothing, and ends with the other side")
    func stream() async throws {
        let (left, right) = try Connection.pipe()
        let (asks, answers) = try Connection.pipe()
        let reading = Task {
            var all: [String] = []
            for try await text in right.messages(of: String.self) {
                all.append(text)
                try await answers.send(all.count)
            }
            return all
        }
        for number in 1...5 {
            try await left.send("message \(number)")
            #expect(try await asks.receive(Int.self) == number)
        }
        left.close()
        #expect(try await reading.value == (1...5).map { "message \($0)" })
    }

    @Test("CON-17: a cancelled or timed-out receive loses nothing, also in the middle of a long message")
    func cancelledReceive() async throws {
        let (left, right) = try Connection.pipe()
        let waiting = Task { try await right.receive(Int.self) }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await left.send(5)
        #expect(try await right.receive(Int.self, timeout: .seconds(60)) == 5)
        // More than lies in memory at once, so it has to be taken in parts.
        let bytes = pattern(40 << 20)
        let sending = Task { try await left.send(bytes: bytes) }
        var found: [UInt8]?
        while found == nil {
            let receiving = Task { try await right.receiveBytes(timeout: .milliseconds(1)) }
            receiving.cancel()
            found = try? await receiving.value
            if found == nil { found = try right.tryReceiveBytes() }
        }
        #expect(found == bytes)
        try await sending.value
    }

    @Test(
        "a cancelled send arrives whole or not at all, and the connection goes on",
        arguments: [60_000, 9 << 20])
    func cancelledSend(count: Int) async throws {
        let (left, right) = try Connection.pipe()
        let bytes = pattern(count)
        // Until nothing fits any more: the first one that waits has or has not begun.
        var tasks: [Task<Void, any Error>] = []
        for _ in 0..<12 { tasks.append(Task { try await left.send(bytes: bytes) }) }
        for _ in 0..<100 { await Task.yield() }
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
        let last = Task { try await left.send("last") }
        while true {
            let message = try await right.receiveBytes(timeout: .seconds(60))
            if message != bytes {
                #expect(message.count < 20)
                break
            }
        }
        try await last.value
        #expect(try right.tryReceiveBytes() == nil)
    }

    @Test("CON-18: many pipes at once neither mix nor starve")
    func manyPipes() async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    let (left, right) = try Connection.pipe()
                    async let sent: Void = {
                        for round in 0..<50 { try await left.send([number, round]) }
                        try await left.send(bytes: pattern(100_000, seed: UInt64(number)))
                    }()
                    for round in 0..<50 { #expect(try await right.receive([Int].self) == [number, round]) }
                    #expect(try await right.receiveBytes() == pattern(100_000, seed: UInt64(number)))
                    try await sent
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("WAI-10 WAI-11: a task for each of many connections, added as they come, mixes and loses nothing")
    func router() async throws {
        let (routes, newRoutes) = try Connection.pipe(duplex: false)
        let routing = Task {
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for try await route in routes.messages(of: Connection.self) {
                    group.addTask {
                        var key = -1
                        var count = 0
                        for try await (number, round) in route.messages(of: [Int].self).map({ ($0[0], $0[1]) }
                        ) {
                            guard key == -1 || key == number, round == count else {
                                throw Plain(text: "mixed")
                            }
                            key = number
                            count += 1
                        }
                        return (key, count)
                    }
                }
                var ended: [Int: Int] = [:]
                for try await (key, count) in group { ended[key] = count }
                return ended
            }
        }
        await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    let (reader, writer) = try Connection.pipe(duplex: false)
                    try await newRoutes.send(reader)
                    reader.close()
                    for round in 0..<100 { try await writer.send([number, round]) }
                    writer.close()
                }
            }
        }
        newRoutes.close()
        let ended = try await routing.value
        #expect(ended.count == 20 && ended.values.allSatisfy { $0 == 100 })
    }
}
