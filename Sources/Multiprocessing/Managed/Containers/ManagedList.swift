import Distributed
import MultiprocessingCore

/// A list in a manager's process; the `list` of Python's managers.
///
/// ```swift
/// let names = try await manager.list(["a", "b"])
/// try await names.append("c")                              // here, and in every process that has the proxy
/// let first = try await names[0]
/// try await names.batch { for name in more { $0.append(name) } }       // one call for all of them
/// let count = try await names.update { $0.sort(); return $0.count }    // nobody's change comes between
/// ```
///
/// An element is copied when it is asked for: changing the copy changes nothing here until it is put back. A managed
/// object that is an element stays one: lists of lists see each other's later changes. Each method is one call, and
/// whole: what several of them do together, ``update(_:)`` and ``batch(_:)`` do at once. A call that is cancelled has
/// been made or has not.
public distributed actor ManagedList<Element: Codable & Sendable> {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem
    /// A change, as ``changes()`` tells it.
    public typealias Operation = ManagedListOperation<Element>

    private let room: WaitingRoom<ContainerMachine<ListModel<Element>>>

    /// Makes a list, in the manager's process.
    ///
    /// - Parameters:
    ///   - elements: what it begins with.
    ///   - actorSystem: the manager's.
    public init(_ elements: [Element] = [], actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(ContainerMachine(ListModel(elements)), in: actorSystem)
        actorSystem.core?.offer(ListRunner(room: room), of: id.number)
    }

    // MARK: One change each

    distributed func performAppend(_ element: Element) throws {
        try room.update { try $0.perform(.append([element])) }
    }

    /// Adds elements behind the last; Python's `extend()`.
    ///
    /// - Parameter elements: the elements.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public distributed func append(contentsOf elements: [Element]) throws {
        try room.update { try $0.perform([.append(elements)]) }
    }

    /// Puts an element before the one of an index.
    ///
    /// - Parameters:
    ///   - element: the element.
    ///   - index: the index; that behind the last is one, too.
    /// - Throws: an ``IndexOutOfRangeError``.
    public distributed func insert(_ element: Element, at index: Int) throws {
        try room.update { try $0.perform([.insert([element], at: index)]) }
    }

    distributed func performSet(_ element: Element, _ index: Int) throws {
        try room.update { try $0.perform(.set(element, at: index)) }
    }

    /// Puts elements in the place of those of a range; Python's `list[a:b] = elements`.
    ///
    /// - Parameters:
    ///   - range: the range; it may be empty.
    ///   - elements: the elements, in any number.
    /// - Throws: an ``IndexOutOfRangeError``.
    public distributed func replaceSubrange(_ range: Range<Int>, with elements: [Element]) throws {
        try room.update { try $0.perform([.replaceSubrange(range, with: elements)]) }
    }

    /// Takes an element out; Python's `pop(index)`.
    ///
    /// - Parameter index: the index.
    /// - Returns: the element.
    /// - Throws: an ``IndexOutOfRangeError``.
    @discardableResult
    public distributed func remove(at index: Int) throws -> Element {
        try room.update { machine in
            let element = try machine.model.element(at: index)
            try machine.perform([.replaceSubrange(Range(index: index), with: [])])
            return element
        }
    }

    /// Takes all elements out; Python's `clear()`.
    public distributed func removeAll() throws {
        try room.update { try $0.perform([.replaceAll(with: [])]) }
    }

    /// Reverses the order.
    public distributed func reverse() throws {
        try room.update { try $0.perform([.reverse]) }
    }

    distributed func performRemoveLast() throws -> [Element] {
        try room.update { machine in
            guard let last = machine.model.content.last else { return [] }
            let count = machine.model.content.count
            try machine.perform([.replaceSubrange(count - 1..<count, with: [])])
            return [last]
        }
    }

    // MARK: Looks

    /// Makes a copy of the whole list, to use here.
    ///
    /// - Returns: the elements.
    public distributed func copy() -> [Element] { room.update { $0.model.content } }

    distributed func performElement(_ index: Int) throws -> Element {
        try room.update { try $0.model.element(at: index) }
    }

    distributed func performElements(_ range: Range<Int>) throws -> [Element] {
        try room.update { try $0.model.elements(in: range) }
    }

    distributed func performCount() -> Int { room.update { $0.model.content.count } }

    distributed func performIndices(_ element: Element) -> [Int] {
        room.update { machine in
            machine.model.content.indices.filter { areEqual(machine.model.content[$0], element) }
        }
    }

    // MARK: Several changes

    distributed func performBatch(_ changes: ListChanges<Element>) throws {
        let operations = try changes.operations()
        try room.update { try $0.perform(operations) }
    }

    distributed func performLook() -> VersionedContent<[Element]> { room.update { $0.look } }

    distributed func performReplace(_ content: [Element], _ version: UInt64) throws -> Bool {
        try room.update { try $0.replace(content, since: version) }
    }

    distributed func performFollow() -> UInt64 { room.update { $0.follow() } }

    distributed func performChanges(_ version: UInt64) async throws -> ChangePage<
        ManagedListOperation<Element>
    > {
        try await room.changes(after: version)
    }
}

extension ManagedList: ManagedObject {
    static func make(_ content: [Element], in system: ManagerSystem) -> ManagedList {
        ManagedList(content, actorSystem: system)
    }
}
