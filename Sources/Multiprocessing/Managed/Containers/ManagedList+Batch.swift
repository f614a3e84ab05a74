extension ManagedList {
    /// Changes that are collected, to be made by one call.
    public struct Batch: Sendable {
        fileprivate var changes = ListChanges<Element>()

        /// Adds an element behind the last.
        ///
        /// - Parameter element: the element.
        public mutating func append(_ element: Element) { changes.append(.append([element])) }

        /// Adds elements behind the last.
        ///
        /// - Parameter elements: the elements.
        public mutating func append(contentsOf elements: [Element]) { changes.append(.append(elements)) }

        /// Puts an element before the one of an index.
        ///
        /// - Parameters:
        ///   - element: the element.
        ///   - index: the index.
        public mutating func insert(_ element: Element, at index: Int) {
            changes.append(.insert([element], at: index))
        }

        /// Puts another element in the place of the one of an index.
        ///
        /// - Parameters:
        ///   - element: the element.
        ///   - index: the index.
        public mutating func set(_ element: Element, at index: Int) {
            changes.append(.set(element, at: index))
        }

        /// Takes an element out.
        ///
        /// - Parameter index: its index.
        public mutating func remove(at index: Int) {
            changes.append(.replaceSubrange(Range(index: index), with: []))
        }

        /// Takes all elements out.
        public mutating func removeAll() { changes.append(.replaceAll(with: [])) }

        /// Reverses the order.
        public mutating func reverse() { changes.append(.reverse) }
    }

    /// Makes several changes by one call, all of them or none.
    ///
    /// - Parameters:
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: says which changes; it runs here, once, before any is made.
    /// - Throws: what the body throws; an ``IndexOutOfRangeError`` of the first change that cannot be made, and none is
    ///   then; a ``MultiprocessingError`` with the code `managerGone`.
    public func batch(
        isolation: isolated (any Actor)? = #isolation, _ body: (inout Batch) throws -> Void
    ) async throws {
        var batch = Batch()
        try body(&batch)
        if !batch.changes.isEmpty { try await performBatch(batch.changes) }
    }
}

extension ManagedList: AsyncSequence {
    /// Iteration can throw.
    public typealias Failure = any Error

    /// Reads the elements by their indices, one call each, so that later writes are seen; `copy()` is one call.
    public struct Iterator: AsyncIteratorProtocol {
        private var list: ManagedList?
        private var index = 0

        fileprivate init(_ list: ManagedList) {
            self.list = list
        }

        /// The next element; nil behind the last, and from then on.
        public mutating func next() async throws -> Element? {
            try await next(isolation: nil)
        }

        /// The next element; nil behind the last, and from then on.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
            guard let list else { return nil }
            do {
                let element = try await list[index]
                index += 1
                return element
            } catch is IndexOutOfRangeError {
                self.list = nil
                return nil
            }
        }
    }

    /// Begins to read.
    public nonisolated func makeAsyncIterator() -> Iterator { Iterator(self) }
}
