import Distributed
import MultiprocessingCore
import Synchronization

/// Values of any types by names, in a manager's process; the `Namespace` of Python's managers.
///
/// ```swift
/// let settings = try await manager.namespace()
/// try await settings.set("x", to: 10)
/// let x = try await settings.get("x", as: Int.self)
/// ```
///
/// A value is copied when it is asked for: changing the copy changes nothing here until it is put back. Types of a
/// program's own are taken from the process that started the manager; from others when that has used them first, or the
/// manager has registered them.
public distributed actor ManagedNamespace {
    /// The system of managed objects.
    public typealias ActorSystem = ManagerSystem

    private var values: [String: any Codable & Sendable] = [:]

    /// Makes a namespace without attributes, in the manager's process.
    ///
    /// - Parameter actorSystem: the manager's.
    public init(actorSystem: ManagerSystem) {
        self.actorSystem = actorSystem
    }

    /// Gives an attribute a value, of the type that it had or another.
    ///
    /// - Parameters:
    ///   - name: the attribute's name.
    ///   - value: the value.
    public distributed func set<Value: Codable & Sendable>(_ name: String, to value: Value) {
        values[name] = value
    }

    /// Makes a copy of an attribute's value, to use here.
    ///
    /// - Parameter name: the attribute's name.
    /// - Returns: the value.
    /// - Throws: a ``MissingAttributeError``; a ``MultiprocessingError`` with the code `invalidArgument` for a value of
    ///   another type.
    public distributed func get<Value: Codable & Sendable>(_ name: String) throws -> Value {
        guard let value = values[name] else { throw MissingAttributeError(name: name) }
        guard let value = value as? Value else {
            throw MultiprocessingError(
                .invalidArgument,
                "the attribute \"\(name)\" is a \(type(of: value)), and not a \(Value.self) as was asked for")
        }
        return value
    }

    /// Takes an attribute out; Python's `del`.
    ///
    /// - Parameter name: the attribute's name.
    /// - Throws: a ``MissingAttributeError``.
    public distributed func remove(_ name: String) throws {
        guard values.removeValue(forKey: name) != nil else { throw MissingAttributeError(name: name) }
    }

    /// Tells whether there is an attribute.
    ///
    /// - Parameter name: the attribute's name.
    /// - Returns: whether it is there.
    public distributed func contains(_ name: String) -> Bool { values[name] != nil }

    /// Lists the attributes.
    ///
    /// - Returns: their names, in order.
    public distributed func names() -> [String] { values.keys.sorted() }

    distributed func performDescribe() -> String {
        // Hidden ones are left out, as in Python.
        let words = values.keys.sorted().filter { !$0.hasPrefix("_") }.compactMap { name in
            values[name].map { "\(name)=\(String(reflecting: $0))" }
        }
        return "ManagedNamespace(\(words.joined(separator: ", ")))"
    }
}

extension ManagedNamespace: ManagedObject {
    static func make(_ content: Nothing, in system: ManagerSystem) -> ManagedNamespace {
        ManagedNamespace(actorSystem: system)
    }
}

extension ManagedNamespace {
    /// Makes a copy of an attribute's value, of a type that is said.
    ///
    /// - Parameters:
    ///   - name: the attribute's name.
    ///   - type: the value's type.
    /// - Returns: the value.
    /// - Throws: the same as ``get(_:)``.
    public nonisolated(nonsending) func get<Value: Codable & Sendable>(
        _ name: String, as type: Value.Type
    ) async throws -> Value {
        try await get(name)
    }
}

extension ManagedNamespace: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells the attributes.
    public nonisolated var description: String { "ManagedNamespace(proxy, \(id))" }

    /// Says what the attributes are, without those whose names begin with `_`.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String { try await performDescribe() }
}
