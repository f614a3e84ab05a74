import MultiprocessingCore

extension ManagedDictionary {
    /// Copies the keys with their values; Python's `items()`.
    ///
    /// - Returns: them in the order in which the keys came.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func items() async throws -> [(key: Key, value: Value)] {
        try await performItems().map { ($0.key, $0.value) }
    }

    /// Takes the key out that came last; Python's `popitem()`.
    ///
    /// - Returns: the key and its value; nil when there was none.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func popLast() async throws -> (key: Key, value: Value)? {
        try await performRemoveLast().first.map { ($0.key, $0.value) }
    }

    /// Changes the whole dictionary at once; see ``ManagedList/update(isolation:_:)``.
    @discardableResult
    public func update<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout [Key: Value]) throws -> Result
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

extension ManagedDictionary: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells the keys and values.
    public nonisolated var description: String {
        "ManagedDictionary<\(Key.self), \(Value.self)>(proxy, \(id))"
    }

    /// Says what the keys and values are, as a dictionary does, in the order in which the keys came.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String {
        let items = try await performItems()
        let words = items.map { "\(String(reflecting: $0.key)): \(String(reflecting: $0.value))" }
        return "[\(words.isEmpty ? ":" : words.joined(separator: ", "))]"
    }
}
