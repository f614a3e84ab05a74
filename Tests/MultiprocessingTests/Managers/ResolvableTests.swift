import Distributed
import Multiprocessing
import TestSupport
import Testing

/// All that a client of the manager knows.
@Resolvable
protocol Greeter: DistributedActor where ActorSystem == ManagerSystem {
    distributed func greet(_ name: String) async throws -> String
    distributed func count(of names: [String], from start: Int) -> Int
    distributed func remember(_ name: String)
    distributed func echo<Value: Codable & Sendable>(_ value: Value) -> Value
    distributed func twin() -> Int
}

/// Another one, which one of the types implements as well.
@Resolvable
protocol Farewell: DistributedActor where ActorSystem == ManagerSystem {
    distributed func part() -> String
}

distributed actor EnglishGreeter: Greeter, Farewell {
    typealias ActorSystem = ManagerSystem
    private var names: [String] = []

    distributed func greet(_ name: String) throws -> String {
        guard !name.isEmpty else { throw OutOfStock(sku: "names") }
        return "hello \(name)" + (names.isEmpty ? "" : ", and \(names.joined(separator: " "))")
    }
    distributed func count(of names: [String], from start: Int) -> Int { start + names.count }
    distributed func remember(_ name: String) { names.append(name) }
    distributed func echo<Value: Codable & Sendable>(_ value: Value) -> Value { value }
    distributed func twin() -> Int { 1 }
    distributed func part() -> String { "bye" }
}

/// A generic type, which implements the protocol in an extension.
distributed actor Parrot<Word: Codable & Sendable> {
    typealias ActorSystem = ManagerSystem
    private let word: Word

    init(_ word: Word, actorSystem: ManagerSystem) {
        self.word = word
        self.actorSystem = actorSystem
    }
}

extension Parrot: Greeter {
    distributed func greet(_ name: String) -> String { "\(word) \(name)" }
    distributed func count(of names: [String], from start: Int) -> Int { -1 }
    distributed func remember(_ name: String) {}
    distributed func echo<Value: Codable & Sendable>(_ value: Value) -> Value { value }
    distributed func twin() -> Int { MemoryLayout<Word>.size }
}

/// Clients that know a protocol, and not the type of the object.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ResolvableTests {
    @Test("an object is found by a protocol that it implements, and called", arguments: everyContext)
    func byProtocol(context: ProcessContext) async throws {
        let manager = Manager(
            context: context,
            initializer: { system in
                try system.register(EnglishGreeter(actorSystem: system), as: "english")
                try system.register(Parrot(UInt8(7), actorSystem: system), as: "parrot")
            })
        try await withManager(manager) { manager in
            let greeter = try await manager.resolve("english", as: $Greeter.self)
            #expect(try await greeter.greet("ann") == "hello ann")
            try await greeter.remember("bob")
            #expect(try await greeter.greet("ann") == "hello ann, and bob")
            #expect(try await greeter.count(of: ["a", "b"], from: 40) == 42)
            #expect(try await greeter.echo("text") == "text")
            #expect(try await greeter.echo([1, 2]) == [1, 2])
            await #expect(throws: OutOfStock(sku: "names")) { try await greeter.greet("") }
            // The same object, by another protocol, by its own type, and as a value of the protocol.
            #expect(try await manager.resolve("english", as: $Farewell.self).part() == "bye")
            let own = try await manager.resolve("english", as: EnglishGreeter.self)
            #expect(own.id == greeter.id)
            let some: any Greeter = greeter
            #expect(try await some.greet("eve") == "hello eve, and bob")
            let parrot = try await manager.resolve("parrot", as: $Greeter.self)
            #expect(try await parrot.greet("ann") == "7 ann")
            #expect(try await parrot.twin() == 1)
            #expect(try await parrot.echo(2.5) == 2.5)
        }
    }

    @Test("an object is not found by a protocol that it does not implement, nor called by it")
    func otherProtocols() async throws {
        let manager = Manager(initializer: { system in
            try system.register(Parrot("ah", actorSystem: system), as: "parrot")
            try system.register(Inventory(actorSystem: system), as: "stock")
        })
        try await withManager(manager) { manager in
            for name in ["parrot", "stock"] {
                #expect(
                    await code { _ = try await manager.resolve(name, as: $Farewell.self) } == .invalidArgument
                )
            }
            // Whoever makes the stub all the same reaches no method.
            let parrot = try await manager.resolve("parrot", as: $Greeter.self)
            let stub = try $Farewell.resolve(id: parrot.id, using: .shared)
            #expect(await code { _ = try await stub.part() } == .notExported)
            let stock = try await manager.resolve("stock", as: Inventory.self)
            let greeter = try $Greeter.resolve(id: stock.id, using: .shared)
            #expect(await code { _ = try await greeter.greet("ann") } == .notExported)
            #expect(await code { _ = try await greeter.echo(1) } == .notExported)
        }
    }

    @Test("a proxy of a protocol travels, also from a server that anybody with the key can reach")
    func travels() async throws {
        let server = try await ManagerServer(.tcp())
        try server.system.register(EnglishGreeter(actorSystem: server.system), as: "english")
        let serving = Task { try await server.serve() }
        let child = ChildProcess(server.address, options: .captured) { address in
            let manager = try await Manager.connect(to: address)
            let greeter = try await manager.resolve("english", as: $Greeter.self)
            try await greeter.remember("bob")
            let pipe = try Connection.pipe()
            try await pipe.0.send(greeter)
            let found = try await pipe.1.receive($Greeter.self)
            say(try await found.greet("ann"))
            say(try await found.echo("twice"))
        }
        let report = try await child.report()
        #expect(report.output == ["hello ann, and bob", "twice"], "\(report.errors)")
        // In the server's own process, too, what stands for a protocol calls by way of its address.
        let manager = try await Manager.connect(to: server.address)
        #expect(try await manager.resolve("english", as: $Greeter.self).greet("eve") == "hello eve, and bob")
        serving.cancel()
        _ = await serving.result
    }
}
