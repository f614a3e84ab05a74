import MultiprocessingCore

extension Manager {
    /// Makes a list in the manager's process; Python's `manager.list()`.
    ///
    /// - Parameter elements: what it begins with.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` with the code `notStarted` or `managerGone`, as all methods that make
    ///   something; `CancellationError`.
    public nonisolated(nonsending) func list<Element: Codable & Sendable>(
        _ elements: some Sequence<Element>
    ) async throws -> ManagedList<Element> {
        try await make(ManagedList<Element>.self, of: Array(elements))
    }

    /// Makes an empty list in the manager's process.
    ///
    /// - Parameter type: the elements' type.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func list<Element: Codable & Sendable>(
        of type: Element.Type = Element.self
    ) async throws -> ManagedList<Element> {
        try await make(ManagedList<Element>.self, of: [])
    }

    /// Makes a dictionary in the manager's process; Python's `manager.dict()`.
    ///
    /// - Parameter content: what it begins with.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func dictionary<
        Key: Hashable & Codable & Sendable, Value: Codable & Sendable
    >(
        _ content: [Key: Value] = [:]
    ) async throws -> ManagedDictionary<Key, Value> {
        try await make(ManagedDictionary<Key, Value>.self, of: content)
    }

    /// Makes an empty dictionary in the manager's process.
    ///
    /// - Parameters:
    ///   - key: the keys' type.
    ///   - value: the values' type.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func dictionary<
        Key: Hashable & Codable & Sendable, Value: Codable & Sendable
    >(
        of key: Key.Type, _ value: Value.Type
    ) async throws -> ManagedDictionary<Key, Value> {
        try await make(ManagedDictionary<Key, Value>.self, of: [:])
    }

    /// Makes a set in the manager's process; Python's `manager.set()`.
    ///
    /// - Parameter elements: what it begins with.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func set<Element: Hashable & Codable & Sendable>(
        _ elements: some Sequence<Element>
    ) async throws -> ManagedSet<Element> {
        try await make(ManagedSet<Element>.self, of: Set(elements))
    }

    /// Makes an empty set in the manager's process.
    ///
    /// - Parameter type: the elements' type.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func set<Element: Hashable & Codable & Sendable>(
        of type: Element.Type = Element.self
    ) async throws -> ManagedSet<Element> {
        try await make(ManagedSet<Element>.self, of: [])
    }

    /// Makes a value in the manager's process; Python's `manager.Value()`.
    ///
    /// - Parameter value: what it is at first.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func value<Value: Codable & Sendable>(
        _ value: Value
    ) async throws -> ManagedValue<Value> {
        try await make(ManagedValue<Value>.self, of: value)
    }

    /// Makes an array in the manager's process; Python's `manager.Array()`.
    ///
    /// - Parameter elements: its elements, whose number does not change.
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func array<Element: Codable & Sendable>(
        _ elements: some Sequence<Element>
    ) async throws -> ManagedArray<Element> {
        try await make(ManagedArray<Element>.self, of: Array(elements))
    }

    /// Makes a namespace in the manager's process; Python's `manager.Namespace()`.
    ///
    /// - Returns: a proxy.
    /// - Throws: the same as ``list(_:)``.
    public nonisolated(nonsending) func namespace() async throws -> ManagedNamespace {
        try await make(ManagedNamespace.self, of: Nothing())
    }
}
