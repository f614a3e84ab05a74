import Distributed
import Multiprocessing

struct OutOfStock: Error, Codable, Equatable {
    let sku: String
}

/// A managed type with methods of every kind.
distributed actor Inventory {
    typealias ActorSystem = ManagerSystem
    private var stock: [String: Int] = [:]
    private var others: [Inventory] = []
    private var wasCancelled = false

    distributed func add(_ sku: String, _ count: Int) { stock[sku, default: 0] &+= count }

    distributed func reserve(_ sku: String, _ count: Int) throws -> Int {
        guard let left = stock[sku], left >= count else { throw OutOfStock(sku: sku) }
        stock[sku] = left - count
        return left - count
    }

    distributed var kinds: Int { stock.count }

    distributed func echo<Value: Codable & Sendable>(_ value: Value) -> Value { value }

    distributed func processID() -> Int32 { ChildProcess.current.pid }

    distributed func isReserved() async -> Bool { isolatedAnswer }

    private var isolatedAnswer: Bool { stock.isEmpty }

    /// Returns when the caller gives up.
    distributed func sleep() async {
        try? await Task.sleep(for: .seconds(600))
        wasCancelled = Task.isCancelled
    }

    distributed func hasBeenCancelled() -> Bool { wasCancelled }

    distributed func keep(_ other: Inventory) { others.append(other) }
    distributed func kept() -> [Inventory] { others }
    distributed func forget() { others = [] }
    distributed func fresh() -> Inventory { Inventory(actorSystem: actorSystem) }
    distributed func isSame(_ other: Inventory) -> Bool { other.id == id }
    distributed func crash() { fatalError("asked to") }
    distributed func caller() -> Int32? { ManagerSystem.currentClient?.processID }
    distributed func unencodable() -> Unwilling { Unwilling(isStubborn: true) }
    distributed func take(_ value: Unwilling) {}
}

/// A value whose encoding may throw.
struct Unwilling: Codable, Sendable {
    var isStubborn: Bool

    func encode(to encoder: any Encoder) throws {
        if isStubborn { throw OutOfStock(sku: "words") }
        var container = encoder.singleValueContainer()
        try container.encode(true)
    }

    init(isStubborn: Bool) { self.isStubborn = isStubborn }

    init(from decoder: any Decoder) throws {
        isStubborn = try decoder.singleValueContainer().decode(Bool.self)
    }
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
    distributed func pairs<Label: Codable & Hashable & Sendable>(_ labels: [Label]) -> [Label: Element] {
        Dictionary(uniqueKeysWithValues: zip(labels, elements))
    }
}

extension Shelf where Element: Equatable {
    distributed func has(_ element: Element) -> Bool { elements.contains(element) }
}

extension Shelf {
    distributed func first() -> Element? { elements.first }
}

/// Lends itself to one client at a time, and takes itself back when that is gone.
distributed actor Lender {
    typealias ActorSystem = ManagerSystem
    private var owner: ManagerSystem.Client?
    private var observation: ManagerSystem.ClientObservation?

    distributed func take() -> Bool {
        guard owner == nil, let client = ManagerSystem.currentClient else { return false }
        owner = client
        observation = actorSystem.onEnd(of: client) { [weak self] in
            _ = await self?.whenLocal { $0.giveBack(from: client) }
        }
        return true
    }

    private func giveBack(from client: ManagerSystem.Client) {
        if owner == client { owner = nil }
    }

    distributed func isFree() -> Bool { owner == nil }
}
