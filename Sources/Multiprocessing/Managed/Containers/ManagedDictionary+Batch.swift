extension ManagedDictionary {
    /// Changes that are collected, to be made by one call.
    public struct Batch: Sendable {
        fileprivate var changes = DictionaryChanges<Key, Value>()

        /// Gives a key a value.
        ///
        /// - Parameters:
        ///   - value: the value.
        ///   - key: the key.
        public mutating func set(_ value: Value, forKey key: Key) { changes.set(key, value) }

        /// Takes a key out.
        ///
        /// - Parameter key: the key.
        public mutating func removeValue(forKey key: Key) { changes.remove(key) }

        /// Takes all keys out.
        public mutating func removeAll() { changes.replaceAll(with: [:]) }
    }

    /// Makes several changes by one call, all of them or none; see ``ManagedList/batch(isolation:_:)``.
    public func batch(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout Batch) throws -> Void
    ) async throws {
        var batch = Batch()
        try body(&batch)
        if !batch.changes.isEmpty { try await performBatch(batch.changes) }
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
