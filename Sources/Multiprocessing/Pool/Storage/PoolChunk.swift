import MultiprocessingCore

/// One unit of dispatch: some items of one call, encoded, and where their results go.
struct PoolChunk: Sendable {
    let id: UInt64
    let definition: Definition
    /// What the worker gets.
    var payload: [UInt8]
    /// The index of the first item among the inputs of the call.
    var firstItem: Int
    var count: Int
    /// How many of the items have come out, as a value or an error.
    var answered = 0
    /// The limit for each item, from its beginning in the worker.
    let timeout: Duration?
    /// Who gets the results; nil once nobody wants them any more.
    var sink: (any ChunkSink)?
}

/// Who gets the results of chunks.
protocol ChunkSink: AnyObject, Sendable {
    /// Takes results; called on any thread, without a lock held; must not block.
    func receive(_ delivery: Delivery)
}

/// Results of consecutive items of a call.
struct Delivery: Sendable {
    enum Content: Sendable {
        /// Messages as the worker wrote them: headers and payloads.
        case replies([UInt8])
        /// The item, or all items, have no result because of this.
        case lost(any Error)
    }

    let chunk: UInt64
    let firstItem: Int
    let count: Int
    let content: Content
}

/// What to run: a body and its context, encoded once for all calls of it.
final class Definition: Sendable {
    let id: UInt64
    let bytes: [UInt8]
    /// The name of the call in errors.
    let label: String
    private let retired: RetiredDefinitions

    init(id: UInt64, bytes: [UInt8], label: String, retired: RetiredDefinitions) {
        self.id = id
        self.bytes = bytes
        self.label = label
        self.retired = retired
    }

    deinit {
        retired.append(id)
    }
}
