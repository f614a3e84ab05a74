import Distributed
import MultiprocessingCore

/// A value in a manager's process; the `Value` of Python's managers.
///
/// ```swift
/// let total = try await manager.value(0.0)
/// try await total.update { $0 += 1 }                           // nobody's change comes between
/// print(try await total.value)
/// ```
public distributed actor ManagedValue<Value: Codable & Sendable> {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem
    /// A change, as ``changes()`` tells it.
    public typealias Operation = ManagedValueOperation<Value>

    private let room: WaitingRoom<ContainerMachine<ValueModel<Value>>>

    /// Makes a value, in the manager's process.
    ///
    /// - Parameters:
    ///   - value: what it is at first.
    ///   - actorSystem: the manager's.
    public init(_ value: Value, actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(ContainerMachine(ValueModel(value)), in: actorSystem)
        actorSystem.core?.offer(SingleValueRunner(room: room), of: id.number)
    }

    distributed func performSet(_ value: Value) throws {
        try room.update { try $0.perform(.set(value)) }
    }

    /// Makes a copy of the value, to use here.
    ///
    /// - Returns: the value.
    public distributed func copy() -> Value { room.update { $0.model.content } }

    distributed func performLook() -> VersionedContent<Value> { room.update { $0.look } }

    distributed func performReplace(_ content: Value, _ version: UInt64) throws -> Bool {
        try room.update { try $0.replace(content, since: version) }
    }

    distributed func performFollow() -> UInt64 { room.update { $0.follow() } }

    distributed func performChanges(_ version: UInt64) async throws -> ChangePage<
        ManagedValueOperation<Value>
    > {
        try await room.changes(after: version)
    }
}

extension ManagedValue: ManagedObject {
    static func make(_ content: Value, in system: ManagerSystem) -> ManagedValue {
        ManagedValue(content, actorSystem: system)
    }
}

extension ManagedValue {
    /// The value at the moment.
    public nonisolated var value: Value {
        get async throws {
            guard let call = try id.start(.value) else { return try await copy() }
            return try await call.finish().value(as: Value.self)
        }
    }

    /// Makes it another value.
    ///
    /// - Parameter value: the value.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func set(_ value: Value) async throws {
        guard let call = try id.start(.set, { try $0.append(encoding: value) }) else {
            return try await performSet(value)
        }
        try await call.finish().checkNothing()
    }

    /// Changes the value: nobody else's change comes between; see ``ManagedList/update(isolation:_:)``.
    @discardableResult
    public func update<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout Value) throws -> Result
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

extension ManagedValue: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells the value.
    public nonisolated var description: String { "ManagedValue<\(Value.self)>(proxy, \(id))" }

    /// Says what the value is.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        "ManagedValue(\(try await copy()))"
    }
}
