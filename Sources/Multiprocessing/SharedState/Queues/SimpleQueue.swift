import MultiprocessingCore

/// A queue with the least that a queue has; Python's `multiprocessing.SimpleQueue`.
///
/// It travels to other processes like any value, and survives their deaths as a ``SharedQueue`` does.
public final class SimpleQueue<Element: Codable & Sendable>: Sendable {
    let queue: SharedQueue<Element>

    /// Makes an empty queue without a limit.
    ///
    /// - Throws: a ``MultiprocessingError`` when the system has no memory or descriptors left.
    public init() throws {
        queue = try SharedQueue()
    }

    private init(_ queue: SharedQueue<Element>) {
        self.queue = queue
    }

    /// Puts a value in; never waits.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle, and when there is no memory left; what the value's
    ///   encoding throws.
    public nonisolated(nonsending) func put(_ value: Element) async throws {
        try await queue.put(value)
    }

    /// Takes the first value out, waiting while there is none.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle and a value of another type; `CancellationError` when
    ///   the task is cancelled while it waits.
    public nonisolated(nonsending) func get() async throws -> Element {
        guard let value = try await queue.get() else {
            throw MultiprocessingError(.queueFinished, "the queue was finished")
        }
        return value
    }

    /// Whether no value waits at the moment; Python's `empty()`.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle.
    public var isEmpty: Bool { get throws { try queue.isEmpty } }

    /// Gives up this handle: it can not be used any more, others can.
    public func close() {
        queue.close()
    }
}

extension SimpleQueue: Codable, CustomStringConvertible {
    /// The queue that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try SharedQueue(from: decoder))
    }

    /// Sends the queue along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try queue.encode(to: encoder)
    }

    /// How many values wait.
    public var description: String { queue.core.description(of: "SimpleQueue<\(Element.self)>") }
}
