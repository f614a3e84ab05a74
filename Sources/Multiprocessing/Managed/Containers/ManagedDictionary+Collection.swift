import MultiprocessingCore

extension ManagedDictionary {
    /// How many keys there are; Python's `len(dict)`.
    public nonisolated var count: Int { get async throws { try await performCount() } }

    /// Whether there are no keys.
    public nonisolated var isEmpty: Bool { get async throws { try await performCount() == 0 } }

    /// A copy of a key's value, nil for a key that is not there; Python's `get()`.
    ///
    /// - Parameter key: the key.
    public nonisolated subscript(key: Key) -> Value? {
        get async throws { try await performValue(key).first }
    }

    /// A copy of a key's value, or another value for a key that is not there.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - other: the value for a key that is not there.
    public nonisolated subscript(key: Key, default other: Value) -> Value {
        get async throws { try await performValue(key).first ?? other }
    }

    /// Copies the keys with their values; Python's `items()`.
    ///
    /// - Returns: them in the order in which the keys came.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func items() async throws -> [(key: Key, value: Value)] {
        try await performItems().map { ($0.key, $0.value) }
    }

    /// Tells whether a key is there.
    ///
    /// - Parameter key: the key.
    /// - Returns: whether it is.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func contains(_ key: Key) async throws -> Bool {
        try await performContains(key)
    }

    /// Takes a key out; Python's `pop(key)`.
    ///
    /// - Parameter key: the key.
    /// - Returns: its value; nil when it was not there.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func removeValue(forKey key: Key) async throws -> Value? {
        try await performRemove(key).first
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

    /// Changes that are collected, to be made by one call.
    public struct Batch: Sendable {
        fileprivate var operations: [Operation] = []

        /// Gives a key a value.
        ///
        /// - Parameters:
        ///   - value: the value.
        ///   - key: the key.
        public mutating func set(_ value: Value, forKey key: Key) { operations.append(.set(key, value)) }

        /// Takes a key out.
        ///
        /// - Parameter key: the key.
        public mutating func removeValue(forKey key: Key) { operations.append(.remove(key)) }

        /// Takes all keys out.
        public mutating func removeAll() { operations.append(.replaceAll(with: [:])) }
    }

    /// Makes several changes by one call, all of them or none; see ``ManagedList/batch(isolation:_:)``.
    public func batch(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout Batch) throws -> Void
    ) async throws {
        var batch = Batch()
        try body(&batch)
        if !batch.operations.isEmpty { try await performBatch(batch.operations) }
    }

    /// Follows the changes from now on.
    ///
    /// - Returns: them, as they happen.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func changes() async throws -> ManagedChanges<Operation> {
        ManagedChanges(after: try await performFollow()) { try await self.performChanges($0) }
    }
}

extension ManagedDictionary: AsyncSequence {
    /// Iteration can throw.
    public typealias Failure = any Error
    /// A key and its value.
    public typealias Element = (key: Key, value: Value)

    /// Reads the keys in the order in which they came, and each one's value when it is its turn.
    ///
    /// A key that comes or goes meanwhile is an error, as in Python.
    public struct Iterator: AsyncIteratorProtocol {
        private let dictionary: ManagedDictionary
        private var keys: [Key]?
        private var index = 0

        fileprivate init(_ dictionary: ManagedDictionary) {
            self.dictionary = dictionary
        }

        /// The next key and its value; nil behind the last, and from then on.
        public mutating func next() async throws -> Element? {
            try await next(isolation: nil)
        }

        /// The next key and its value; nil behind the last, and from then on.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
            let keys: [Key]
            if let known = self.keys { keys = known } else { keys = try await dictionary.keys() }
            self.keys = keys
            guard index < keys.count else { return nil }
            let key = keys[index]
            guard try await dictionary.count == keys.count, let value = try await dictionary[key] else {
                index = keys.count
                throw MultiprocessingError(
                    .invalidArgument, "a managed dictionary got or lost keys while it was iterated")
            }
            index += 1
            return (key, value)
        }
    }

    /// Begins to read.
    public nonisolated func makeAsyncIterator() -> Iterator { Iterator(self) }
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
