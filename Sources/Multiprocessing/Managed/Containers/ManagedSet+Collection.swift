import MultiprocessingCore

extension ManagedSet {
    /// How many elements there are; Python's `len(set)`.
    public nonisolated var count: Int { get async throws { try await performCount() } }

    /// Whether there are no elements.
    public nonisolated var isEmpty: Bool { get async throws { try await performCount() == 0 } }

    /// Takes any element out; Python's `pop()`.
    ///
    /// - Returns: the element; nil when there is none.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func popFirst() async throws -> Element? {
        try await performRemoveFirst().first
    }

    /// Changes the whole set at once; see ``ManagedList/update(isolation:_:)``.
    @discardableResult
    public func update<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout Set<Element>) throws -> Result
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

extension ManagedSet: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells the elements.
    public nonisolated var description: String { "ManagedSet<\(Element.self)>(proxy, \(id))" }

    /// Says what the elements are, as a set does.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String { "\(try await copy())" }
}
