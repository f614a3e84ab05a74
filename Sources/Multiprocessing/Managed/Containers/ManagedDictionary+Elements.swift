import MultiprocessingCore

extension ManagedDictionary {
    /// How many keys there are; Python's `len(dict)`.
    public nonisolated var count: Int {
        get async throws {
            guard let call = try id.start(.count) else { return try await performCount() }
            return try await call.finish().value(as: Int.self)
        }
    }

    /// Whether there are no keys.
    public nonisolated var isEmpty: Bool { get async throws { try await count == 0 } }

    /// A copy of a key's value, nil for a key that is not there; Python's `get()`.
    ///
    /// - Parameter key: the key.
    public nonisolated subscript(key: Key) -> Value? {
        get async throws {
            guard let call = try id.start(.value, { try $0.append(encoding: key) }) else {
                return try await performValue(key).first
            }
            return try await call.finish().optional(Value.self)
        }
    }

    /// A copy of a key's value, or another value for a key that is not there.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - other: the value for a key that is not there.
    public nonisolated subscript(key: Key, default other: Value) -> Value {
        get async throws { try await self[key] ?? other }
    }

    /// Gives a key a value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - key: the key.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func set(_ value: Value, forKey key: Key) async throws {
        let call = try id.start(.set) { arguments in
            try arguments.append(encoding: value)
            try arguments.append(encoding: key)
        }
        guard let call else { return try await performSet(value, key) }
        try await call.finish().checkNothing()
    }

    /// Tells whether a key is there.
    ///
    /// - Parameter key: the key.
    /// - Returns: whether it is.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func contains(_ key: Key) async throws -> Bool {
        guard let call = try id.start(.contains, { try $0.append(encoding: key) }) else {
            return try await performContains(key)
        }
        return try await call.finish().value(as: Bool.self)
    }

    /// Takes a key out; Python's `pop(key)`.
    ///
    /// - Parameter key: the key.
    /// - Returns: its value; nil when it was not there.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func removeValue(forKey key: Key) async throws -> Value? {
        guard let call = try id.start(.remove, { try $0.append(encoding: key) }) else {
            return try await performRemove(key).first
        }
        return try await call.finish().optional(Value.self)
    }
}
