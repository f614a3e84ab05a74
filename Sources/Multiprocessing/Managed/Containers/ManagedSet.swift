import Distributed
import MultiprocessingCore

/// A set in a manager's process; Python's managers have one since 3.14.
///
/// ```swift
/// let seen = try await manager.set(["a", "b"])
/// let isNew = try await seen.insert("c")
/// let both = try await seen.copy().intersection(others)          // all that sets can do, with a copy
/// ```
///
/// What is said of ``ManagedList`` of copies, of managed objects inside, of wholeness and of cancelling holds here, too.
public distributed actor ManagedSet<Element: Hashable & Codable & Sendable> {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem
    /// A change, as ``changes()`` tells it.
    public typealias Operation = ManagedSetOperation<Element>

    private let room: WaitingRoom<ContainerMachine<SetModel<Element>>>

    /// Makes a set, in the manager's process.
    ///
    /// - Parameters:
    ///   - elements: what it begins with.
    ///   - actorSystem: the manager's.
    public init(_ elements: Set<Element> = [], actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(ContainerMachine(SetModel(elements)), in: actorSystem)
    }

    // MARK: One change each

    /// Puts an element in; Python's `add()`.
    ///
    /// - Parameter element: the element.
    /// - Returns: false when it was there already.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public distributed func insert(_ element: Element) throws -> Bool {
        try room.update { machine in
            guard !machine.model.content.contains(element) else { return false }
            try machine.perform([.insert([element])])
            return true
        }
    }

    /// Takes an element out; Python's `discard()`.
    ///
    /// - Parameter element: the element.
    /// - Returns: false when it was not there.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public distributed func remove(_ element: Element) throws -> Bool {
        try room.update { machine in
            guard machine.model.content.contains(element) else { return false }
            try machine.perform([.remove([element])])
            return true
        }
    }

    /// Puts all elements of another set in; Python's `update()` and `|=`.
    ///
    /// - Parameter other: the other set.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public distributed func formUnion(_ other: Set<Element>) throws {
        try room.update { try $0.perform([.insert(other)]) }
    }

    /// Takes the elements out that another set does not have; Python's `intersection_update()` and `&=`.
    ///
    /// - Parameter other: the other set.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public distributed func formIntersection(_ other: Set<Element>) throws {
        try room.update { try $0.perform([.remove($0.model.content.subtracting(other))]) }
    }

    /// Takes the elements of another set out; Python's `difference_update()` and `-=`.
    ///
    /// - Parameter other: the other set.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public distributed func subtract(_ other: Set<Element>) throws {
        try room.update { try $0.perform([.remove(other)]) }
    }

    /// Keeps what one of the two has and not both; Python's `symmetric_difference_update()` and `^=`.
    ///
    /// - Parameter other: the other set.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public distributed func formSymmetricDifference(_ other: Set<Element>) throws {
        try room.update { machine in
            let common = machine.model.content.intersection(other)
            try machine.perform([.insert(other.subtracting(common)), .remove(common)])
        }
    }

    /// Takes all elements out; Python's `clear()`.
    public distributed func removeAll() throws {
        try room.update { try $0.perform([.replaceAll(with: [])]) }
    }

    distributed func performRemoveFirst() throws -> [Element] {
        try room.update { machine in
            guard let element = machine.model.content.first else { return [] }
            try machine.perform([.remove([element])])
            return [element]
        }
    }

    // MARK: Looks

    /// Makes a copy of the whole set, to use here.
    ///
    /// - Returns: the elements.
    public distributed func copy() -> Set<Element> { room.update { $0.model.content } }

    /// Tells whether an element is in the set.
    ///
    /// - Parameter element: the element.
    /// - Returns: whether it is.
    public distributed func contains(_ element: Element) -> Bool {
        room.update { $0.model.content.contains(element) }
    }

    distributed func performCount() -> Int { room.update { $0.model.content.count } }

    // MARK: Several changes

    distributed func performLook() -> VersionedContent<Set<Element>> { room.update { $0.look } }

    distributed func performReplace(_ content: Set<Element>, _ version: UInt64) throws -> Bool {
        try room.update { try $0.replace(content, since: version) }
    }

    distributed func performFollow() -> UInt64 { room.update { $0.follow() } }

    distributed func performChanges(_ version: UInt64) async throws -> ChangePage<
        ManagedSetOperation<Element>
    > {
        try await room.changes(after: version)
    }
}

extension ManagedSet: ManagedObject {
    static func make(_ content: Set<Element>, in system: ManagerSystem) -> ManagedSet {
        ManagedSet(content, actorSystem: system)
    }
}
