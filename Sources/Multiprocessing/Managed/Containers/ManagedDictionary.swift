import Distributed
import MultiprocessingCore

/// A dictionary in a manager's process; the `dict` of Python's managers.
///
/// ```swift
/// let stock = try await manager.dictionary(["apples": 3])
/// try await stock.set(5, forKey: "pears")
/// let apples = try await stock["apples"]                               // Int?
/// try await stock.update { $0["apples", default: 0] += 1 }             // nobody's change comes between
/// ```
///
/// Keys stay in the order in which they came. What is said of ``ManagedList`` of copies, of managed objects inside, of
/// wholeness and of cancelling holds here, too.
public distributed actor ManagedDictionary<Key: Hashable & Codable & Sendable, Value: Codable & Sendable> {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem
    /// A change, as ``changes()`` tells it.
    public typealias Operation = ManagedDictionaryOperation<Key, Value>

    private let room: WaitingRoom<ContainerMachine<DictionaryModel<Key, Value>>>

    /// Makes a dictionary, in the manager's process.
    ///
    /// - Parameters:
    ///   - content: what it begins with.
    ///   - actorSystem: the manager's.
    public init(_ content: [Key: Value] = [:], actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
        room = WaitingRoom(ContainerMachine(DictionaryModel(content)), in: actorSystem)
        actorSystem.core?.offer(DictionaryRunner(room: room), of: id.number)
    }

    // MARK: One change each

    distributed func performSet(_ value: Value, _ key: Key) throws {
        try room.update { try $0.perform(.set(key, value)) }
    }

    /// Gives a key a value unless it has one; Python's `setdefault()`.
    ///
    /// - Parameters:
    ///   - value: the value for a key that has none.
    ///   - key: the key.
    /// - Returns: the value that the key has now.
    @discardableResult
    public distributed func setDefault(_ value: Value, forKey key: Key) -> Value {
        room.update { machine in
            machine.perform { model in
                if let present = model.entries[key] { return (present, nil) }
                model.apply(.set(key, value))
                return (value, .set(key, value))
            }
        }
    }

    /// Gives keys values, one each; Python's `update()`.
    ///
    /// - Parameter other: the keys and values, which win over those that are there.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public distributed func merge(_ other: [Key: Value]) throws {
        try room.update { try $0.perform(other.map { .set($0.key, $0.value) }) }
    }

    /// Takes all keys out; Python's `clear()`.
    public distributed func removeAll() throws {
        try room.update { try $0.perform([.replaceAll(with: [:])]) }
    }

    distributed func performRemove(_ key: Key) throws -> [Value] {
        try room.update { machine in
            guard let value = machine.model.entries[key] else { return [] }
            try machine.perform([.remove(key)])
            return [value]
        }
    }

    distributed func performRemoveLast() throws -> [ManagedEntry<Key, Value>] {
        try room.update { machine in
            guard let key = machine.model.entries.lastKey, let value = machine.model.entries[key] else {
                return []
            }
            try machine.perform([.remove(key)])
            return [ManagedEntry(key: key, value: value)]
        }
    }

    // MARK: Looks

    /// Makes a copy of the whole dictionary, to use here.
    ///
    /// - Returns: the keys and values.
    public distributed func copy() -> [Key: Value] { room.update { $0.model.content } }

    /// Copies the keys.
    ///
    /// - Returns: them in the order in which they came.
    public distributed func keys() -> [Key] { room.update { $0.model.entries.keys } }

    /// Copies the values.
    ///
    /// - Returns: them in the order of their keys.
    public distributed func values() -> [Value] { room.update { $0.model.entries.values } }

    distributed func performValue(_ key: Key) -> [Value] {
        room.update { $0.model.entries[key].map { [$0] } ?? [] }
    }

    distributed func performItems() -> [ManagedEntry<Key, Value>] {
        room.update { $0.model.entries.elements.map { ManagedEntry(key: $0.key, value: $0.value) } }
    }

    distributed func performCount() -> Int { room.update { $0.model.entries.count } }

    distributed func performContains(_ key: Key) -> Bool { room.update { $0.model.entries[key] != nil } }

    // MARK: Several changes

    distributed func performBatch(_ changes: DictionaryChanges<Key, Value>) throws {
        try room.update { try $0.perform(changes) }
    }

    distributed func performLook() -> VersionedContent<[Key: Value]> { room.update { $0.look } }

    distributed func performReplace(_ content: [Key: Value], _ version: UInt64) throws -> Bool {
        try room.update { try $0.replace(content, since: version) }
    }

    distributed func performFollow() -> UInt64 { room.update { $0.follow() } }

    distributed func performChanges(_ version: UInt64) async throws
        -> ChangePage<ManagedDictionaryOperation<Key, Value>>
    {
        try await room.changes(after: version)
    }
}

/// A key and its value, as they travel.
struct ManagedEntry<Key: Codable & Sendable, Value: Codable & Sendable>: Codable, Sendable {
    let key: Key
    let value: Value
}

extension ManagedDictionary: ManagedObject {
    static func make(_ content: [Key: Value], in system: ManagerSystem) -> ManagedDictionary {
        ManagedDictionary(content, actorSystem: system)
    }
}
