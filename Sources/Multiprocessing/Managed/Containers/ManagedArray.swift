import Distributed
import MultiprocessingCore

/// A row of values in a manager's process whose number does not change; the `Array` of Python's managers.
///
/// What is said of ``ManagedList`` holds here, too.
public distributed actor ManagedArray<Element: Codable & Sendable> {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem
    /// A change, as ``changes()`` tells it.
    public typealias Operation = ManagedListOperation<Element>

    private let room: WaitingRoom<ContainerMachine<ListModel<Element>>>

    /// Makes an array, in the manager's process.
    ///
    /// - Parameters:
    ///   - elements: its elements, whose number is that of the array for ever.
    ///   - actorSystem: the manager's.
    public init(_ elements: [Element], actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(ContainerMachine(ListModel(elements, isFixed: true)), in: actorSystem)
    }

    /// Puts another element in the place of the one of an index.
    ///
    /// - Parameters:
    ///   - element: the element.
    ///   - index: the index.
    /// - Throws: an ``IndexOutOfRangeError``.
    public distributed func set(_ element: Element, at index: Int) throws {
        try room.update { try $0.perform([.set(element, at: index)]) }
    }

    /// Puts elements in the place of those of a range.
    ///
    /// - Parameters:
    ///   - range: the range.
    ///   - elements: as many elements.
    /// - Throws: an ``IndexOutOfRangeError``; a ``MultiprocessingError`` for another number of elements.
    public distributed func replaceSubrange(_ range: Range<Int>, with elements: [Element]) throws {
        try room.update { try $0.perform([.replaceSubrange(range, with: elements)]) }
    }

    /// Makes a copy of the whole array, to use here.
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

extension ManagedArray: ManagedObject {
    static func make(_ content: [Element], in system: ManagerSystem) -> ManagedArray {
        ManagedArray(content, actorSystem: system)
    }
}

extension ManagedArray {
    /// How many elements there are.
    public nonisolated var count: Int { get async throws { try await performCount() } }

    /// A copy of the element of an index.
    ///
    /// Throws an ``IndexOutOfRangeError`` for an index that is not there.
    ///
    /// - Parameter index: the index.
    public nonisolated subscript(index: Int) -> Element {
        get async throws { try await performElement(index) }
    }

    /// Copies of the elements of a range.
    ///
    /// Throws an ``IndexOutOfRangeError`` for a range that is not all there.
    ///
    /// - Parameter range: the range.
    public nonisolated subscript(range: Range<Int>) -> [Element] {
        get async throws { try await performElements(range) }
    }

    /// Changes the elements at once, but not their number; see ``ManagedList/update(isolation:_:)``.
    @discardableResult
    public func update<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout [Element]) throws -> Result
    ) async throws -> Result {
        try await ManagedTransaction.run(
            look: { try await self.performLook() }, replace: { try await self.performReplace($0, $1) }, body)
    }

    /// Follows the changes from now on.
    ///
    /// - Returns: them, as they happen.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func changes() async throws -> ManagedChanges<Operation> {
        ManagedChanges(after: try await performFollow()) { try await self.performChanges($0) }
    }
}

extension ManagedArray: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells the elements.
    public nonisolated var description: String { "ManagedArray<\(Element.self)>(proxy, \(id))" }

    /// Says what the elements are, as an array does.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String { "\(try await copy())" }
}
