import MultiprocessingCore

/// One unit of dispatch: some items of one call, encoded, and where their results go.
struct PoolChunk: Sendable {
    let id: UInt64
    let definition: Definition
    /// What the worker gets.
    var payload: WireBytes
    /// The descriptors in it.
    let attachments: [SharedDescriptor]
    /// The index of the first item among the inputs of the call.
    var firstItem: Int
    var count: Int
    /// When it was accepted, on the monotonic clock.
    var submittedAt: UInt64 = 0
    /// All its items count as failed already.
    var isCounted = false
    /// How many of the items have come out, as a value or an error.
    var answered = 0
    /// The limit for each item, from its beginning in the worker.
    let timeout: Duration?
    let options: CallOptions
    /// What the call asks for besides; nil for nothing.
    let terms: CallTerms?
    /// Watches the time of the chunk, for as long as it is there.
    let alarm: ChunkAlarm?
    /// Who gets the results; nil once nobody wants them any more.
    var sink: (any ChunkSink)?
    /// How many workers an item has ended, by its index among the inputs of the call.
    var deaths: [Int: Int] = [:]
    /// What runs when this is done: a chunk of which one item is lost goes on in two pieces.
    var later: [PoolChunk] = []

    /// Whether descriptors go to a worker that gets the chunk and has not seen its definition.
    var hasDescriptors: Bool { !attachments.isEmpty || !definition.attachments.isEmpty }

    /// What the chunk counts for where there is room for so many bytes: descriptors are scarcer than those.
    var weight: Int { payload.count + attachments.count << 11 }

    /// Items that have not come out and are not counted yet, those of later pieces among them.
    var uncounted: Int {
        if isCounted { return 0 }
        return later.reduce(count - answered) { $0 + $1.count }
    }

    /// A chunk of some of these items; nothing of it has been answered.
    func piece(_ items: Range<Int>) -> PoolChunk {
        var piece = self
        if items != 0..<count { piece.payload = ChunkPayload.cutting(items, of: payload, count: count) }
        piece.firstItem += items.lowerBound
        piece.count = items.count
        piece.answered = 0
        piece.later = []
        return piece
    }

    /// The next piece, when this one is done; nil when it was the last.
    var successor: PoolChunk? {
        guard var next = later.first else { return nil }
        next.sink = sink
        next.later = Array(later.dropFirst())
        return next
    }
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
        ///
        /// In parcels come the descriptors of those that have some.
        case replies([UInt8], parcels: [Parcel] = [])
        /// The long value of one item, which lies where the worker has written it.
        case long(RingLoan)
        /// The item, or all items, have no result because of this.
        case lost(any Error)
    }

    let chunk: UInt64
    let firstItem: Int
    let count: Int
    let content: Content
    /// With the last items of a chunk that was measured, how long it took in the worker.
    var nanoseconds: UInt64 = 0
}
