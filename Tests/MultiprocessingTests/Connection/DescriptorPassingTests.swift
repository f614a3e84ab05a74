import Foundation
import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Descriptors and handles inside messages.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct DescriptorPassingTests {
    private struct Load: Codable, Sendable {
        var bytes: [UInt8]
        var ends: [TransferredDescriptor]
    }

    /// Sends pipes' writing ends with so many bytes, and uses each one on arrival.
    private func pass(_ number: Int, bytes count: Int) async throws {
        let (left, right) = try Connection.pipe()
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        let ends = try (0..<number).map { _ in try TransferredDescriptor(duplicating: writer) }
        close(writer)
        async let sent: Void = left.send(Load(bytes: pattern(count), ends: ends))
        let load = try await right.receive(Load.self)
        try await sent
        #expect(load.bytes == pattern(count))
        #expect(load.ends.count == number && Set(load.ends.map(\.raw)).isDisjoint(with: ends.map(\.raw)))
        for (index, end) in load.ends.enumerated() {
            #expect(fcntl(end.raw, F_GETFD) & FD_CLOEXEC != 0, "SFD-03")
            put("\(index) ", end.raw)
            var text = [UInt8](repeating: 0, count: 16)
            let count = read(reader, &text, text.count)
            #expect(String(decoding: text[..<max(0, count)], as: UTF8.self) == "\(index) ")
        }
    }

    @Test(
        "FDP-07 FDP-08 SFD-03: up to 64 descriptors with short, full and long messages all work",
        arguments: [0, 1, 6, 63, 64, 253])
    func many(number: Int) async throws {
        for count in [0, 60_000, packetLimit, 1 << 20] { try await pass(number, bytes: count) }
    }

    @Test("FDP-09: one descriptor too many is an error, and the connection goes on")
    func tooMany() async throws {
        let (left, right) = try Connection.pipe()
        let ends = try (0..<254).map { _ in try TransferredDescriptor(duplicating: STDERR_FILENO) }
        #expect(await code { try await left.send(ends) } == .invalidArgument)
        try await left.send(1)
        #expect(try await right.receive(Int.self) == 1)
    }

    @Test("CON-13: a message that is only a descriptor")
    func only() async throws {
        let (left, right) = try Connection.pipe()
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        try await left.send(TransferredDescriptor(duplicating: writer))
        close(writer)
        let raw = try await right.receive(TransferredDescriptor.self).duplicate()
        put("text", raw)
        close(raw)
        #expect(readAll(reader) == "text")
        #expect(await code { _ = try TransferredDescriptor(duplicating: -1) } == .invalidArgument)
        #expect(await code { _ = try TransferredDescriptor(duplicating: 99_999) } == .invalidArgument)
    }

    @Test("FDP-14: one end several times in a message, inside of other values, arrives as one")
    func severalTimes() async throws {
        let (left, right) = try Connection.pipe()
        let (a, b) = try Connection.pipe()
        try await left.send(["first": [a, a], "second": [a]])
        let found = try await right.receive([String: [Connection]].self)
        #expect(found.mapValues(\.count) == ["first": 2, "second": 1])
        for (number, end) in found.values.joined().enumerated() {
            try await end.send(number)
            #expect(try await b.receive(Int.self) == number)
        }
        // And over a connection that has travelled itself.
        try await left.send(found["second"])
        let again = try #require(try await right.receive([Connection]?.self)?.first)
        try await b.send("far")
        #expect(try await again.receive(String.self) == "far")
    }

    @Test("FDP-10: ends that are received and dropped leave no descriptor")
    func dropped() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let (left, right) = try Connection.pipe()
            let (a, b) = try Connection.pipe()
            var counts: [Int] = []
            for _ in 0..<3 {
                for _ in 0..<3_334 {
                    try await left.send(a)
                    _ = try await right.receive(Connection.self)
                }
                counts.append(Survey.openDescriptors().count)
            }
            try await b.send(1)
            say("\(try await a.receive(Int.self)) \(counts[0] == counts[2])")
        }
        #expect(try await program.report().output == ["1 true"])
    }

    @Test("SFD-02: unwanted descriptors are closed, however many messages bring some")
    func unwanted() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let (left, right) = try Connection.pipe()
            let some = try (0..<5).map { _ in try TransferredDescriptor(duplicating: STDERR_FILENO) }
            var counts: [Int] = []
            for _ in 0..<4 {
                for _ in 0..<2_500 {
                    try await left.send(some)
                    // Somebody who wants bytes wants no descriptors.
                    _ = try await right.receiveBytes()
                }
                counts.append(Survey.openDescriptors().count)
            }
            say("\(counts[0] == counts[3])")
        }
        #expect(try await program.report().output == ["true"])
    }

    @Test("FDP-02: numbers above 255 here, low ones there")
    func highNumbers() async throws {
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        let high = fcntl(writer, F_DUPFD_CLOEXEC, 400)
        #expect(high >= 400)
        close(writer)
        let end = try TransferredDescriptor(duplicating: high)
        close(high)
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            let end = try await far.receive(TransferredDescriptor.self)
            put("\(end.raw < 256)", end.raw)
        }
        try await child.start()
        try await near.send(end)
        #expect(try await child.join() == .exited(0))
        #expect(fcntl(end.raw, F_GETFD) >= 0)
    }

    @Test("a connection or descriptor goes into no other coder")
    func otherCoders() throws {
        let (left, _) = try Connection.pipe()
        #expect(throws: MultiprocessingError.self) { try JSONEncoder().encode(left) }
        let end = try TransferredDescriptor(duplicating: STDERR_FILENO)
        #expect(throws: MultiprocessingError.self) { try JSONEncoder().encode([end]) }
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(
                Connection.self, from: Data(#"{"descriptor":0,"isReadable":true,"isWritable":true}"#.utf8))
        }
    }
}
