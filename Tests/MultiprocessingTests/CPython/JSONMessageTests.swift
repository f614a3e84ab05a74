import Foundation
import Multiprocessing
import MultiprocessingFoundation
import TestSupport
import Testing

/// A bill, as two programs in two languages see it.
private struct Bill: Codable, Equatable {
    struct Item: Codable, Equatable {
        var name: String
        var price: Double
    }

    var id: Int
    var note: String?
    var items: [Item]
    var tags: [String: [Bool]]
}

/// Values that go as JSON.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct JSONMessageTests {
    private let order = Bill(
        id: 9_007_199_254_740_991, note: "Grüße, 世界 🐍 \"\\\n", items: [.init(name: "a", price: 0.1)],
        tags: ["x": [true, false], "": []])

    @Test("values of all kinds, and the end")
    func values() async throws {
        let (left, right) = try Connection.pipe()
        try await left.send(json: order)
        #expect(try await right.receive(json: Bill.self) == order)
        try await left.send(json: 42)
        #expect(try await right.receiveBytes() == Array("42".utf8))
        let dated = JSONEncoder()
        dated.dateEncodingStrategy = .secondsSince1970
        try await left.send(json: [Date(timeIntervalSince1970: 5)], encoder: dated)
        #expect(try await right.receiveBytes() == Array("[5]".utf8))
        for number in 0..<3 { try await left.send(json: number) }
        left.close()
        var found: [Int] = []
        for try await number in right.messages(json: Int.self) { found.append(number) }
        #expect(found == [0, 1, 2])
        #expect(await code { _ = try await right.receive(json: Int.self) } == .connectionClosed)
    }

    @Test("what is no JSON, or no such value, is an error, and the next message is not")
    func errors() async throws {
        let (left, right) = try Connection.pipe()
        #expect(await code { try await left.send(json: Double.nan) } == .unencodable)
        try await left.send(bytes: Array("{".utf8))
        try await left.send(json: "text")
        try await left.send(json: 7)
        #expect(await code { _ = try await right.receive(json: Int.self) } == .undecodable)
        #expect(await code { _ = try await right.receive(json: Int.self) } == .undecodable)
        #expect(try await right.receive(json: Int.self) == 7)
        #expect(await code { _ = try await right.receive(json: Int.self, timeout: .zero) } == .timeout)
    }

    @Test("json.loads and json.dumps at the other end", arguments: CPythonConnectionTests.modern)
    func python(version: String) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let secret = Array("secret".utf8)
        let listener = try await Listener(
            .tcp(), key: AuthenticationKey(insecureShort: secret), protocol: .cpython)
        defer { listener.close() }
        let program = try PythonProgram(
            path, key: secret, address: listener.address,
            """
            with Client(address, authkey=key) as c:
                order = json.loads(c.recv_bytes())
                order["items"].append({"name": "\\u00e9", "price": 2})
                c.send_bytes(json.dumps(order).encode())
                c.send_bytes(b"{no json")
                for number in range(3):
                    c.send_bytes(json.dumps({"id": number, "items": [], "tags": {}}).encode())
            """)
        let connection = try await listener.accept()
        try await connection.send(json: order)
        var expected = order
        expected.items.append(.init(name: "é", price: 2))
        #expect(try await connection.receive(json: Bill.self) == expected)
        #expect(await code { _ = try await connection.receive(json: Bill.self) } == .undecodable)
        var numbers: [Int] = []
        for try await order in connection.messages(json: Bill.self) { numbers.append(order.id) }
        #expect(numbers == [0, 1, 2])
        #expect(await program.exitCode() == 0)
    }

    @Test("the manual's program in Python", arguments: CPythonConnectionTests.modern)
    func manual(version: String) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let manual = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs.md")
        let parts = String(decoding: try Data(contentsOf: manual), as: UTF8.self).split(separator: "```")
        let script = try #require(parts.first { $0.hasPrefix("python\n") }).dropFirst("python\n".count)
        let listener = try await Listener(
            .tcp(), key: AuthenticationKey(Array("a secret of sixteen bytes or more".utf8)),
            protocol: .cpython)
        defer { listener.close() }
        let program = try PythonProgram(
            path, address: listener.address,
            script.replacingOccurrences(of: "(\"127.0.0.1\", 6000)", with: "address"))
        let connection = try await listener.accept()
        #expect(try await connection.receive(json: [String: Int].self) == ["pages": 4, "copies": 3])
        try await connection.send(json: ["total": 12])
        #expect(await program.exitCode() == 0)
    }
}
