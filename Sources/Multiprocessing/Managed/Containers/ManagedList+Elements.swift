import MultiprocessingCore

extension ManagedList {
    /// How many elements there are; Python's `len(list)`.
    public nonisolated var count: Int {
        get async throws {
            guard let call = try id.start(.count) else { return try await performCount() }
            return try await call.finish().value(as: Int.self)
        }
    }

    /// Whether there are no elements.
    public nonisolated var isEmpty: Bool { get async throws { try await count == 0 } }

    /// A copy of the element of an index.
    ///
    /// Throws an ``IndexOutOfRangeError`` for an index that is not there.
    ///
    /// - Parameter index: the index.
    public nonisolated subscript(index: Int) -> Element {
        get async throws {
            guard let call = try id.start(.value, { try $0.append(encoding: index) }) else {
                return try await performElement(index)
            }
            return try await call.finish().value(as: Element.self)
        }
    }

    /// Copies of the elements of a range; Python's slice.
    ///
    /// Throws an ``IndexOutOfRangeError`` for a range that is not all there.
    ///
    /// - Parameter range: the range.
    public nonisolated subscript(range: Range<Int>) -> [Element] {
        get async throws { try await performElements(range) }
    }

    /// Adds an element behind the last.
    ///
    /// - Parameter element: the element.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func append(_ element: Element) async throws {
        guard let call = try id.start(.append, { try $0.append(encoding: element) }) else {
            return try await performAppend(element)
        }
        try await call.finish().checkNothing()
    }

    /// Puts another element in the place of the one of an index; Python's `list[index] = element`.
    ///
    /// - Parameters:
    ///   - element: the element.
    ///   - index: the index.
    /// - Throws: an ``IndexOutOfRangeError``.
    public nonisolated(nonsending) func set(_ element: Element, at index: Int) async throws {
        let call = try id.start(.set) { arguments in
            try arguments.append(encoding: element)
            try arguments.append(encoding: index)
        }
        guard let call else { return try await performSet(element, index) }
        try await call.finish().checkNothing()
    }
}
