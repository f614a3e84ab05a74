import Distributed
import Foundation
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

private distributed actor Vault {
    typealias ActorSystem = ManagerSystem
    distributed func open() -> Int { 1 }
    func secret() -> Int { 2 }
}

@Suite(.timeLimit(.minutes(10)), .computes) struct ManagerFrameTests {
    @Test("SFR-11: raw frames reach distributed methods of the object's type, and nothing else")
    func hidden() async throws {
        let core = try ServerCore()
        defer { core.end() }
        let system = ManagerSystem(core)
        let vault = Vault(actorSystem: system)
        let shelf = Shelf([1], actorSystem: system)
        let targets = [vault.id.number, shelf.id.number]
        // The names that the compiler gives them.
        let open = try #require(name(of: "open", in: Vault.self))
        let all = try #require(name(of: "all", in: Shelf<Int>.self))
        let names: [(String, UInt64, Bool)] = [
            (open, targets[0], true), (all, targets[1], true), (open, targets[1], false),
            (all, targets[0], false),
            (open.replacing("4open", with: "6secret"), targets[0], false),
            (String(open.dropLast(2)), targets[0], false),
            ("", targets[0], false), ("$s", targets[0], false), ("main", targets[0], false),
            (String(repeating: "$s", count: 50_000), targets[0], false), (open, 4711, false),
            // Objects of one's own have no methods that are called directly.
            ("=value", targets[0], false), ("=count", targets[1], false), ("=none", targets[0], false),
            ("=value", 4711, false),
        ]
        for (name, object, isGood) in names {
            let client = try FrameClient(core)
            try await client.introduce()
            let (kind, error) = try await client.call(name, of: object)
            #expect(kind == (isGood ? .value : .failure), "\(name.prefix(100))")
            if !isGood {
                let code = (error as? MultiprocessingError)?.code
                #expect(code == (object == 4711 ? .notFound : .notExported))
            }
        }
        withExtendedLifetime((vault, shelf)) {}
    }

    @Test("SFR-11: a closure is taken from no stranger")
    func closures() async throws {
        let core = try ServerCore()
        defer { core.end() }
        let client = try FrameClient(core)
        try await client.introduce()
        var message = MessageWriter()
        try InvocationCoder.encode(
            CreationBody0 { Inventory(actorSystem: $0) }, context: Nothing(), into: &message)
        let bytes = message.bytes.bytes
        try await client.send {
            $0.append(.create) {
                $0.append(UInt64(1))
                $0.append(contentsOf: bytes)
            }
        }
        let (kind, error) = try await client.answer()
        #expect(kind == .failure && (error as? MultiprocessingError)?.code == .notExported)
        try await client.send { writer in
            try writer.append(.request) { writer in
                writer.append(UInt64(2))
                try writer.append(encoding: ManagerRequest.shutdown)
            }
        }
        #expect((try await client.answer().1 as? MultiprocessingError)?.code == .notExported)
        #expect(core.endRequest.value == nil)
    }

    @Test("Who does not begin as a client should is dropped")
    func strangers() async throws {
        let core = try ServerCore()
        defer { core.end() }
        let known = try FrameClient(core)
        try await known.introduce(7)
        for body: (FrameClient) async throws -> Void in [
            { try await $0.send { $0.append(.cancel) { $0.append(UInt64(1)) } } },
            { try await $0.send { $0.append(contentsOf: Array("GET / HTTP/1.1\r\n\r\n".utf8)) } },
            { try await $0.introduce(7) },
            { try await $0.introduce(0) },
            { client in
                try await client.introduce(8)
                try await client.introduce(9)
            },
            { client in
                try await client.send { writer in
                    writer.append(.introduce) { $0.append((UInt64(5), UInt64(1), UInt64(1))) }
                }
            },
        ] {
            let client = try FrameClient(core)
            try await body(client)
            await #expect(throws: MultiprocessingError.self) {
                _ = try await client.connection.receiveBytes(timeout: .seconds(60))
            }
        }
    }

    @Test("SFR-06 SFR-12: frames of any bytes are answered or end their connection, and never the manager")
    func fuzz() async throws {
        let core = try ServerCore()
        defer { core.end() }
        let system = ManagerSystem(core)
        let stock = Inventory(actorSystem: system)
        let table = ManagedDictionary(["text": 1], actorSystem: system)
        let echo = try #require(name(of: "echo", in: Inventory.self))
        let add = try #require(name(of: "add", in: Inventory.self))
        var random = SplitMix64(state: 1)
        var client = try FrameClient(core)
        try await client.introduce()
        for round in 0..<Campaign.frames {
            var writer = ByteWriter()
            for (index, name) in [add, echo, "=value", "=set"].enumerated() {
                writer.append(.target) {
                    $0.append(UInt32(index))
                    $0.append(string: name)
                }
            }
            try writer.append(.call) { writer in
                writer.append((UInt64(round), stock.id.number))
                writer.append(UInt32(round % 2))
                writer.append(UInt8(round % 2))
                if round % 2 == 1 { try TypeKey(String.self).encode(into: &writer) }
                try writer.append(encoding: "text")
                try writer.append(encoding: round)
            }
            try writer.append(.call) { writer in
                writer.append((UInt64(round), table.id.number))
                writer.append(UInt32(2 + round % 2))
                writer.append(UInt8(0))
                if round % 2 == 1 { try writer.append(encoding: round) }
                try writer.append(encoding: "text")
            }
            for kind in [ManagerFrame.cancel, .release, .claim, .lend] {
                writer.append(kind) { $0.append((UInt64(round), stock.id.number, UInt64(3))) }
            }
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
            }
            do {
                try await client.connection.send(bytes: bytes)
                while try client.connection.tryReceiveBytes() != nil {}
            } catch {
                client.connection.close()
                client = try FrameClient(core)
                try await client.introduce()
            }
        }
        let last = try FrameClient(core)
        try await last.introduce()
        #expect(
            try await last.call(try #require(name(of: "processID", in: Inventory.self)), of: stock.id.number)
                .0 == .value)
    }

    @Test("A client's table of answers survives any bytes")
    func answers() async throws {
        var random = SplitMix64(state: 2)
        for _ in 0..<(Campaign.frames / 50) {
            let (peer, server) = try peerAndServer()
            let call = Task { try await peer.request(.names).value(as: [String].self) }
            _ = try await server.receiveBytes(timeout: .seconds(60))
            var writer = ByteWriter()
            try writer.append(.value) { writer in
                writer.append(UInt64(0))
                writer.append(UInt16(1))
                writer.append(UInt64(5))
                try writer.append(encoding: ["a", "b"])
            }
            var bytes = writer.bytes
            let isBroken = Bool.random(using: &random)
            if isBroken {
                let index = Int.random(in: bytes.indices, using: &random)
                bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            try await server.send(bytes: bytes)
            server.close()
            let result = await call.result
            if !isBroken { #expect(try result.get() == ["a", "b"]) }
        }
    }
}

/// A client, and the other end of its way, which nothing else keeps open.
private func peerAndServer() throws -> (ManagerPeer, Connection) {
    let (near, far) = try ConnectionEnd.pair(duplex: true)
    return (ManagerPeer(ManagerLink(near, isInherited: false), to: .random()), Connection(far))
}

/// The name that the compiler gives to a method.
private func name(of method: String, in type: any Any.Type) -> String? {
    DistributedTarget.names(of: type).first { $0.contains("\(method.count)\(method)") }
}
