import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Connections whose other end is in another process.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ConnectionProcessTests {
    /// A child that has the far end alone.
    private func child(
        _ context: ProcessContext, _ body: @escaping @concurrent @Sendable (Connection) async throws -> Void
    ) async throws -> (Connection, ChildProcess) {
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far, context: context, body)
        try await child.start()
        far.close()
        return (near, child)
    }

    @Test(
        "CON-01: values and bytes echo back equal through a child, which ends with the connection",
        arguments: everyContext)
    func echo(context: ProcessContext) async throws {
        let (near, child) = try await child(context) { far in
            while let bytes = try? await far.receiveBytes() { try await far.send(bytes: bytes) }
        }
        try await near.send(["one": 1])
        #expect(try await near.receive([String: Int].self) == ["one": 1])
        for count in [0, 1, 7, packetLimit, packetLimit + 1, 3 << 20] {
            async let sent: Void = near.send(bytes: pattern(count))
            #expect(try await near.receiveBytes() == pattern(count))
            try await sent
        }
        near.close()
        #expect(try await child.join() == .exited(0))
    }

    @Test(
        "QUE-21 QUE-25: what a child sent before its end is received, then the end is told",
        arguments: everyContext)
    func exit(context: ProcessContext) async throws {
        let (near, child) = try await child(context) { far in
            for number in 0..<3 { try await far.send(number) }
            try await far.send(bytes: pattern(2 << 20))
        }
        #expect(try await child.join() == .exited(0))
        for number in 0..<3 { #expect(try await near.receive(Int.self) == number) }
        #expect(try await near.receiveBytes() == pattern(2 << 20))
        #expect(await code { _ = try await near.receive(Int.self) } == .connectionClosed)
    }

    @Test(
        "DOC-09: a sender that is killed in the middle of a long message: truncated, and then the end",
        arguments: everyContext)
    func killedSender(context: ProcessContext) async throws {
        let (near, child) = try await child(context) { far in
            try await far.send(getpid())
            try await far.send(bytes: [UInt8](repeating: 1, count: 64 << 20))
        }
        let pid = try await near.receive(Int32.self)
        // The message has begun, and is longer than what lies in memory at once.
        #expect(try await near.poll(timeout: .seconds(60)))
        kill(pid, SIGKILL)
        #expect(try await child.join() == .signaled(SIGKILL))
        #expect(await code { _ = try await near.receiveBytes() } == .truncated)
        #expect(await code { _ = try await near.receiveBytes() } == .connectionClosed)
    }

    @Test(
        "QUE-30: a receiver that is killed in the middle of a long message ends the send",
        arguments: everyContext)
    func killedReceiver(context: ProcessContext) async throws {
        let (near, child) = try await child(context) { far in
            try await far.send(getpid())
            // A little of it is taken, and no more.
            _ = try? await far.receiveBytes(timeout: .milliseconds(1))
            try await far.send(1)
            while true { pause() }
        }
        let pid = try await near.receive(Int32.self)
        let sending = Task {
            await code { try await near.send(bytes: [UInt8](repeating: 1, count: 512 << 20)) }
        }
        #expect(try await near.receive(Int.self) == 1)
        kill(pid, SIGKILL)
        #expect(await sending.value == .brokenConnection)
        #expect(try await child.join() == .signaled(SIGKILL))
    }

    @Test("POL-03: a process that only polled takes nothing from the other reader")
    func polledElsewhere() async throws {
        let (near, far) = try Connection.pipe()
        let (asks, answers) = try Connection.pipe()
        let child = ChildProcess(far, answers) { far, answers in
            try await answers.send(far.poll(timeout: .seconds(60)))
        }
        try await child.start()
        try await near.send("first")
        try await near.send("second")
        #expect(try await asks.receive(Bool.self))
        #expect(try await child.join() == .exited(0))
        #expect(try await far.receive(String.self) == "first")
        #expect(try await far.receive(String.self) == "second")
    }

    @Test("SFR-13: two processes send long and short messages into one end; none is torn")
    func twoSenders() async throws {
        let (near, far) = try Connection.pipe()
        var children: [ChildProcess] = []
        for seed in 1...2 {
            let child = ChildProcess(far, seed) { far, seed in
                for round in 0..<50 {
                    let count = round % 2 == 0 ? 20_000 : 200_000
                    try await far.send(bytes: pattern(count, seed: UInt64(seed)))
                }
            }
            try await child.start()
            children.append(child)
        }
        far.close()
        let expected = (1...2).flatMap { seed in [20_000, 200_000].map { pattern($0, seed: UInt64(seed)) } }
        var counts = [0, 0, 0, 0]
        for _ in 0..<100 {
            let bytes = try await near.receiveBytes(timeout: .seconds(60))
            let index = try #require(expected.firstIndex(of: bytes))
            counts[index] += 1
        }
        #expect(counts == [25, 25, 25, 25])
        #expect(await code { _ = try await near.receiveBytes() } == .connectionClosed)
        for child in children { #expect(try await child.join() == .exited(0)) }
    }

    @Test("two processes receive from one end: each long message comes to one of them, whole")
    func twoReceivers() async throws {
        let (near, far) = try Connection.pipe()
        let (sums, results) = try Connection.pipe(duplex: false)
        var children: [ChildProcess] = []
        for _ in 1...2 {
            let child = ChildProcess(far, results) { far, results in
                var count = 0
                while let bytes = try? await far.receiveBytes() {
                    guard bytes == pattern(bytes.count) else { Glibc.exit(3) }
                    count += 1
                }
                try await results.send(count)
            }
            try await child.start()
            children.append(child)
        }
        far.close()
        for round in 0..<40 { try await near.send(bytes: pattern(round % 2 == 0 ? 100_000 : 1_000_000)) }
        near.close()
        let total = try await sums.receive(Int.self) + sums.receive(Int.self)
        #expect(total == 40)
        for child in children { #expect(try await child.join() == .exited(0)) }
    }

    @Test(
        "FDP-04 FDP-05 FDP-11: ends travel in messages, keep their direction, also when their peer is closed")
    func travelling() async throws {
        let (near, child) = try await child(ProcessContext(.forkserver)) { far in
            let (reader, writer) = try await far.receive(OneWayEnds.self).both
            let lonely = try await far.receive(Connection.self)
            let text = try await reader.receive(String.self)
            let refused = await code { try await reader.send(1) } == .invalidArgument
            let closed = await code { _ = try await lonely.receive(Int.self) } == .connectionClosed
            try await writer.send("\(text) \(refused) \(closed)")
        }
        let (reader, ourWriter) = try Connection.pipe(duplex: false)
        let (ourReader, writer) = try Connection.pipe(duplex: false)
        let (lonely, other) = try Connection.pipe()
        other.close()
        try await near.send(OneWayEnds(reader: reader, writer: writer))
        try await near.send(lonely)
        for end in [reader, writer] { end.close() }
        try await ourWriter.send("text")
        #expect(try await ourReader.receive(String.self) == "text true true")
        #expect(try await child.join() == .exited(0))
        #expect(await code { _ = try await ourReader.receive(String.self) } == .connectionClosed)
    }

    @Test("FDP-06: a pool's task gets a connection as an argument")
    func pooled() async throws {
        let (near, far) = try Connection.pipe()
        try await withProcessPool(workers: 1) { pool in
            let job = try pool.applyAsync(far) { far in
                try await far.send(try await far.receive(Int.self) + 1)
            }
            try await near.send(41)
            try await job.value
            #expect(try await near.receive(Int.self) == 42)
        }
    }

    @Test("FDP-06: connections go through a queue")
    func queued() async throws {
        let queue = try SharedQueue<Connection>(capacity: 4)
        let child = ChildProcess(queue) { queue in
            for number in 0..<4 { try await queue.get()?.send(number) }
        }
        try await child.start()
        var ends: [Connection] = []
        for _ in 0..<4 {
            let (near, far) = try Connection.pipe()
            try await queue.put(far)
            ends.append(near)
        }
        for (number, end) in ends.enumerated() { #expect(try await end.receive(Int.self) == number) }
        #expect(try await child.join() == .exited(0))
    }

    @Test("a forked copy uses a connection at which tasks of the other process wait")
    func forked() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let (near, far) = try Connection.pipe()
            let waiting = Task { try await far.receive(Int.self) }
            await Task.yield()
            let child = ChildProcess(context: ProcessContext(.fork)) {
                try await far.send("from the copy")
                try await far.send(try await far.receive(String.self) == "to the copy")
            }
            try await child.start()
            let first = try await near.receive(String.self)
            waiting.cancel()
            _ = await waiting.result
            try await near.send("to the copy")
            say("\(first) \(try await near.receive(Bool.self)) \(try await child.join())")
        }
        #expect(try await program.report().output == ["from the copy true exited with code 0 (EXIT_SUCCESS)"])
    }

    @Test("a child adopts a socket that is its standard input")
    func standardInput() async throws {
        let (near, far) = try Connection.pipe()
        var options = StartOptions()
        options.standardInput = .descriptor(try far.fileDescriptor)
        let child = ChildProcess(options: options) {
            let far = try Connection(fileDescriptor: STDIN_FILENO)
            for try await number in far.messages(of: Int.self) { try await far.send(number * 2) }
        }
        try await child.start()
        far.close()
        try await near.send(21)
        #expect(try await near.receive(Int.self) == 42)
        near.close()
        #expect(try await child.join() == .exited(0))
    }
}

/// Two ends inside a value.
private struct OneWayEnds: Codable, Sendable {
    let reader: Connection
    let writer: Connection

    var both: (Connection, Connection) { (reader, writer) }
}
