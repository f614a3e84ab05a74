import Distributed
import Multiprocessing
import TestSupport
import Testing

struct OutOfStock: Error, Codable, Equatable {
    let sku: String
}

distributed actor Inventory {
    typealias ActorSystem = ManagerSystem
    private var stock: [String: Int] = [:]

    distributed func add(_ sku: String, _ count: Int) { stock[sku, default: 0] += count }

    distributed func reserve(_ sku: String, _ count: Int) throws -> Int {
        guard let left = stock[sku], left >= count else { throw OutOfStock(sku: sku) }
        stock[sku] = left - count
        return left - count
    }

    distributed var kinds: Int { stock.count }

    distributed func echo<Value: Codable & Sendable>(_ value: Value) -> Value { value }

    distributed func processID() -> Int32 { ChildProcess.current.pid }
}

distributed actor Shelf<Element: Codable & Sendable> {
    typealias ActorSystem = ManagerSystem
    private var elements: [Element]

    init(_ elements: [Element], actorSystem: ManagerSystem) {
        self.elements = elements
        self.actorSystem = actorSystem
    }

    distributed func put(_ element: Element) { elements.append(element) }
    distributed func all() -> [Element] { elements }
    distributed func label<Label: Codable & Sendable>(_ label: Label) -> [Label] {
        elements.map { _ in label }
    }
}

private distributed actor Secretive {
    typealias ActorSystem = ManagerSystem
    distributed func answer() -> Int { 42 }
    func hidden() -> Int { 13 }
}

@Suite(.startsProcesses)
struct ManagerCallTests {
    @Test(
        "Methods that return, throw, return nothing; properties, generic methods and objects",
        arguments: everyContext)
    func calls(context: ProcessContext) async throws {
        try await withManager(context: context) { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            try await stock.add("A-1", 5)
            #expect(try await stock.reserve("A-1", 2) == 3)
            #expect(try await stock.kinds == 1)
            #expect(try await stock.echo("text") == "text")
            #expect(try await stock.echo(OutOfStock(sku: "x")) == OutOfStock(sku: "x"))
            #expect(try await stock.processID() == manager.pid)
            let shelf = try await manager.create([1, 2]) { Shelf($1, actorSystem: $0) }
            try await shelf.put(3)
            #expect(try await shelf.all() == [1, 2, 3])
            let secretive = try await manager.create { Secretive(actorSystem: $0) }
            #expect(try await secretive.answer() == 42)
        }
    }

    @Test("MGR-04: an error of a managed object reaches the caller with its type")
    func errors() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            await #expect(throws: OutOfStock(sku: "B-2")) { try await stock.reserve("B-2", 1) }
        }
    }
}
