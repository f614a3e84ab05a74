/// What has happened to a managed container.
public enum ManagedChange<Operation: Codable & Sendable>: Sendable {
    /// It was changed in this way.
    case changed(Operation)
    /// So many changes were not kept for this reader, who was too slow; `copy()` tells what came of them.
    case missed(Int)
}

extension ManagedChange: Equatable where Operation: Equatable {}

/// The changes of a managed container, from the moment on when this was asked for, in order.
///
/// ```swift
/// for try await change in try await names.changes() { … }
/// ```
///
/// The manager keeps the last 1024 changes, whether they are followed by one or by many. A reader that falls back
/// further is told so by ``ManagedChange/missed(_:)``. Reading ends with an error when the manager ends, and when its
/// task is cancelled.
public struct ManagedChanges<Operation: Codable & Sendable>: AsyncSequence, Sendable {
    /// What was changed, or how many changes were missed.
    public typealias Element = ManagedChange<Operation>
    /// Reading can throw; see the type.
    public typealias Failure = any Error

    fileprivate let start: UInt64
    fileprivate let fetch: @Sendable (UInt64) async throws -> ChangePage<Operation>

    init(after start: UInt64, _ fetch: @escaping @Sendable (UInt64) async throws -> ChangePage<Operation>) {
        self.start = start
        self.fetch = fetch
    }

    /// Reads changes, several with one call of the manager when there are several.
    public struct Iterator: AsyncIteratorProtocol {
        private let fetch: @Sendable (UInt64) async throws -> ChangePage<Operation>
        private var version: UInt64
        private var ready = FIFO<Element>()

        fileprivate init(_ changes: ManagedChanges) {
            fetch = changes.fetch
            version = changes.start
        }

        /// The next change, waiting until there is one.
        public mutating func next() async throws -> Element? {
            try await next(isolation: nil)
        }

        /// The next change, waiting until there is one.
        public mutating func next(isolation: isolated (any Actor)?) async throws -> Element? {
            while ready.isEmpty {
                let page = try await fetch(version)
                version = page.version
                if page.missed > 0 { ready.append(.missed(page.missed)) }
                for operation in page.operations { ready.append(.changed(operation)) }
            }
            return ready.popFirst()
        }
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }
}
