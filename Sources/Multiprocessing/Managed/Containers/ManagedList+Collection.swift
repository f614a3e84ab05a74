import MultiprocessingCore

extension ManagedList {
    /// Takes the last element out; Python's `pop()`.
    ///
    /// - Returns: the element; nil when there is none.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func popLast() async throws -> Element? {
        try await performRemoveLast().first
    }

    /// Changes the whole list at once: nobody else's change comes between.
    ///
    /// The elements are copied here and back. When somebody else was faster, the body is run again with newer ones.
    ///
    /// - Parameters:
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: changes the elements; it does nothing else, because it may run several times.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws, and then nothing is changed; `CancellationError`; a ``MultiprocessingError``
    ///   with the code `managerGone`.
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

extension ManagedList where Element: Equatable {
    /// Tells whether an element is in the list.
    ///
    /// - Parameter element: the element.
    /// - Returns: whether it is.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func contains(_ element: Element) async throws -> Bool {
        try await !performIndices(element).isEmpty
    }

    /// Finds the first place of an element; Python's `index()`.
    ///
    /// - Parameter element: the element.
    /// - Returns: its index; nil when it is not there.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func firstIndex(of element: Element) async throws -> Int? {
        try await performIndices(element).first
    }

    /// Counts how often an element is in the list.
    ///
    /// - Parameter element: the element.
    /// - Returns: how often.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func count(of element: Element) async throws -> Int {
        try await performIndices(element).count
    }

    /// Takes the first of the elements out that are equal to one; Python's `remove()`.
    ///
    /// - Parameter element: the element.
    /// - Returns: false when there was none.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func removeFirst(of element: Element) async throws -> Bool {
        try await update { elements in
            guard let index = elements.firstIndex(of: element) else { return false }
            elements.remove(at: index)
            return true
        }
    }
}

extension ManagedList where Element: Comparable {
    /// Sorts the elements.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func sort() async throws {
        try await update { $0.sort() }
    }
}

extension ManagedList: CustomStringConvertible {
    /// That it is a proxy, and of which object; ``describe()`` tells the elements.
    public nonisolated var description: String { "ManagedList<\(Element.self)>(proxy, \(id))" }

    /// Says what the elements are, as an array does.
    ///
    /// - Returns: a text for people.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func describe() async throws -> String { "\(try await copy())" }
}
