import MultiprocessingCore

/// One unit of dispatch: some items of one call, encoded, and where their results go.
///
/// It is moved about a lot, so what few chunks have is kept apart.
struct PoolChunk: Sendable {
    private(set) var id: UInt64
    let definition: Definition
    /// What the worker gets.
    var payload: WireBytes
    /// The index of the first item among the inputs of the call.
    var firstItem: Int
    var count: Int
    /// When it was accepted, on the monotonic clock.
    var submittedAt: UInt64 = 0
    /// Whether a part of it may go to another worker while it runs.
    var isDivisible = false
    /// What has not begun of it was taken back; the worker says when it is through with the rest.
    private(set) var isDivided = false
    /// All its items count as failed already.
    var isCounted = false
    /// How many of the items have come out, as a value or an error.
    var answered = 0
    /// Who gets the results; nil once nobody wants them any more.
    var sink: (any ChunkSink)?
    private let request: ChunkRequest?
    private var mishaps: ChunkMishaps?

    init(
        id: UInt64, definition: Definition, payload: WireBytes, attachments: [SharedDescriptor],
        firstItem: Int,
        count: Int, timeout: Duration?, options: CallOptions, terms: CallTerms?, sink: (any ChunkSink)?
    ) {
        self.id = id
        self.definition = definition
        self.payload = payload
        self.firstItem = firstItem
        self.count = count
        self.sink = sink
        let isPlain = attachments.isEmpty && timeout == nil && options.isUsual && terms == nil
        request =
            isPlain
            ? nil
            : ChunkRequest(
                attachments: attachments, timeout: timeout, options: options, terms: terms,
                alarm: terms?.makeAlarm())
    }

    /// The descriptors in the payload.
    var attachments: [SharedDescriptor] { request?.attachments ?? [] }
    /// The limit for each item, from its beginning in the worker.
    var timeout: Duration? { request?.timeout }
    var options: CallOptions { request?.options ?? CallOptions() }
    /// What the call asks for besides; nil for nothing.
    var terms: CallTerms? { request?.terms }
    /// Watches the time of the chunk, for as long as it is there.
    var alarm: ChunkAlarm? { request?.alarm }

    /// How many workers an item has ended, by its index among the inputs of the call.
    var deaths: [Int: Int] {
        get { mishaps?.deaths ?? [:] }
        set { mishaps = ChunkMishaps(deaths: newValue, later: later) }
    }

    /// What runs when this is done: a chunk of which one item is lost goes on in two pieces.
    var later: [PoolChunk] {
        get { mishaps?.later ?? [] }
        set { mishaps = ChunkMishaps(deaths: deaths, later: newValue) }
    }

    /// Whether descriptors go to a worker that gets the chunk and has not seen its definition.
    var hasDescriptors: Bool {
        !definition.attachments.isEmpty || request?.attachments.isEmpty == false
    }

    /// What the chunk counts for where there is room for so many bytes: descriptors are scarcer than those.
    var weight: Int { payload.count + (request?.attachments.count ?? 0) << 11 }

    /// Items that have not come out and are not counted yet, those of later pieces among them.
    var uncounted: Int {
        if isCounted { return 0 }
        return mishaps == nil ? count - answered : later.reduce(count - answered) { $0 + $1.count }
    }

    /// A chunk of some of these items, by another number if it gets one; nothing of it has been answered.
    func piece(_ items: Range<Int>, as newID: UInt64? = nil) -> PoolChunk {
        var piece = self
        if items != 0..<count || newID != nil {
            piece.payload = ChunkPayload.cutting(items, of: payload, count: count, as: newID)
        }
        if let newID { piece.id = newID }
        piece.firstItem += items.lowerBound
        piece.count = items.count
        piece.isDivisible = isDivisible && items.count > 1
        piece.answered = 0
        piece.isDivided = false
        if mishaps != nil { piece.later = [] }
        return piece
    }

    /// Takes the items from this one on out: they become a chunk of their own.
    mutating func divide(at item: Int, restID: UInt64) -> PoolChunk {
        let rest = piece(item..<count, as: restID)
        if item > 0 { payload = ChunkPayload.cutting(0..<item, of: payload, count: count) }
        count = item
        isDivisible = false
        isDivided = true
        return rest
    }

    /// The next piece, when this one is done; nil when it was the last.
    var successor: PoolChunk? {
        guard mishaps != nil, var next = later.first else { return nil }
        next.sink = sink
        next.later = Array(later.dropFirst())
        return next
    }
}

/// What a chunk asks for that most do not; the same for all pieces of it.
private final class ChunkRequest: Sendable {
    let attachments: [SharedDescriptor]
    let timeout: Duration?
    let options: CallOptions
    let terms: CallTerms?
    let alarm: ChunkAlarm?

    init(
        attachments: [SharedDescriptor], timeout: Duration?, options: CallOptions, terms: CallTerms?,
        alarm: ChunkAlarm?
    ) {
        self.attachments = attachments
        self.timeout = timeout
        self.options = options
        self.terms = terms
        self.alarm = alarm
    }
}

/// What has happened to a chunk whose workers have died.
private final class ChunkMishaps: Sendable {
    let deaths: [Int: Int]
    let later: [PoolChunk]

    init(deaths: [Int: Int], later: [PoolChunk]) {
        self.deaths = deaths
        self.later = later
    }
}
