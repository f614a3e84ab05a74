import Distributed
import Multiprocessing
import TestSupport
import Testing

private distributed actor Secretive {
    typealias ActorSystem = ManagerSystem
    distributed func answer() -> Int { 42 }
    func hidden() -> Int { 13 }
}

private enum House {
    distributed actor Room {
        typealias ActorSystem = ManagerSystem
        distributed func size() -> Int { 20 }
    }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagerCallTests {
    @Test(
        "Methods that return, throw, return nothing; properties and generic methods", arguments: everyContext)
    func methods(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            try await stock.add("A-1", 5)
            #expect(try await stock.reserve("A-1", 2) == 3)
            #expect(try await stock.kinds == 1)
            #expect(try await stock.echo("text") == "text")
            #expect(try await stock.echo(OutOfStock(sku: "x")) == OutOfStock(sku: "x"))
            #expect(try await stock.processID() == manager.pid)
            #expect(try await !stock.isReserved())
            let caller = try await stock.caller()
            #expect(caller == ChildProcess.current.pid)
        }
    }

    @Test("Generic objects, their generic methods, private and nested types")
    func types() async throws {
        try await withManager { manager in
            let shelf = try await manager.create([1, 2]) { Shelf($1, actorSystem: $0) }
            try await shelf.put(3)
            #expect(try await shelf.all() == [1, 2, 3])
            #expect(try await shelf.first() == 1)
            #expect(try await shelf.label("x") == ["x", "x", "x"])
            #expect(try await shelf.label(true) == [true, true, true])
            #expect(try await shelf.pairs(["a", "b", "c"]) == ["a": 1, "b": 2, "c": 3])
            let texts = try await manager.create(["a"], 2) { system, elements, count in
                Shelf(Array(repeating: elements, count: count).flatMap(\.self), actorSystem: system)
            }
            #expect(try await texts.label(7) == [7, 7])
            #expect(try await texts.all() == ["a", "a"])
            let secretive = try await manager.create { Secretive(actorSystem: $0) }
            #expect(try await secretive.answer() == 42)
            let room = try await manager.create { House.Room(actorSystem: $0) }
            #expect(try await room.size() == 20)
        }
    }

    @Test("A method of an extension with conditions is refused, because the compiler would call it wrongly")
    func constrained() async throws {
        try await withManager { manager in
            let shelf = try await manager.create([1, 2]) { Shelf($1, actorSystem: $0) }
            #expect(await code { _ = try await shelf.has(1) } == .notExported)
            #expect(try await shelf.all() == [1, 2])
        }
    }

    @Test("MGR-04: an error of a managed object reaches the caller with its type")
    func errors() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            await #expect(throws: OutOfStock(sku: "B-2")) { try await stock.reserve("B-2", 1) }
            await #expect(throws: OutOfStock(sku: "made")) {
                try await manager.create { _ -> Inventory in throw OutOfStock(sku: "made") }
            }
            // It goes on as if nothing had happened.
            #expect(try await stock.kinds == 0)
        }
    }

    @Test("RMG-02: what cannot be encoded fails where it is sent")
    func unencodable() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            #expect(await code { try await stock.take(Unwilling(isStubborn: true)) } == .unencodable)
            #expect(await code { _ = try await stock.unencodable() } == .unencodable)
            try await stock.take(Unwilling(isStubborn: false))
        }
    }

    @Test("Objects go to managed objects, are kept there, and come back as what they are")
    func objects() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let other = try await manager.create { Inventory(actorSystem: $0) }
            try await stock.keep(other)
            #expect(try await stock.kept().map(\.id) == [other.id])
            #expect(try await stock.isSame(stock))
            #expect(try await !stock.isSame(other))
            let fresh = try await stock.fresh()
            try await fresh.add("new", 1)
            #expect(try await fresh.kinds == 1)
        }
    }

    @Test("An object that was made in no manager cannot travel")
    func strays() async throws {
        let stray = Inventory(actorSystem: .shared)
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            #expect(await code { try await stock.keep(stray) } == .notTransferable)
        }
    }
}
