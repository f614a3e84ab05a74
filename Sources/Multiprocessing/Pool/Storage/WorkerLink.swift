import MultiprocessingCore

/// The parent's side of one worker: its rings, its slots and its process.
///
/// Guarded by the pool's lock.
final class WorkerLink {
    /// Replies of one slot that follow each other.
    struct Batch {
        let slot: Int
        var count = 0
        /// How many of them are errors.
        var failures = 0
        var bytes: [UInt8] = []
        /// The descriptors of those that have some.
        var parcels: [Parcel] = []
        /// The only reply, which is long and lies in the ring.
        var loan: RingLoan?
        /// The error of the only reply, which a thread of this process left.
        var error: (any Error)?
        /// Whether the worker gave the slot back without having run all its items.
        var isVacated = false

        var byteCount: Int { loan.map { RingFrame.headerSize + $0.count } ?? bytes.count }
        /// Whether no other reply may be added.
        var isClosed: Bool { isVacated || error != nil || loan != nil }

        var content: Delivery.Content {
            if let error { return .lost(error) }
            return loan.map { .long($0) } ?? .replies(bytes, parcels: parcels)
        }
    }

    /// A drain stops after so many bytes, so that the lock is not held for long.
    static let drainLimit = 1 << 20

    let segment: WorkerSegment
    var requests: FrameWriter
    var replies: FrameReader
    var known: Set<UInt64> = []
    /// The definition of the chunk that was posted last; 0 if it is not known any more.
    private var latest: UInt64 = 0
    /// Where long messages go, with the file's owner; nil while there were none.
    var bulkSegment: WorkerSegment?
    var longRequests: LongRequests?
    var bulkReplies: LoanRing?
    /// The answer that is on its way; what was written after it has to wait.
    var longReply: LongReply?
    /// What is known about long messages.
    var bulkState = BulkState()
    /// Tells this worker from earlier ones in the same seat.
    let generation: UInt64
    let name: String
    let startedAt = Deadline.now
    /// The way past the rings.
    let line = ControlLine()
    /// The process, once it has been started.
    var child: LaunchedChild?
    /// Of a worker that is a thread of this process.
    let desk: ThreadDesk?
    /// Why the pool ended the worker, if it did.
    var killReason: MultiprocessingError?
    /// The chunk that is the reason; another one may have been begun by the time the worker ended.
    var killedChunk: UInt64?
    /// Whether the process has to be ended as soon as it has been started.
    var isUnwanted = false
    /// Where its standard error and output come through this process, if they do.
    var relays: [OutputRelay] = []
    /// What the worker has said about its beginning; taken out when it was dealt with.
    var beginning: Beginning?
    /// Whether it is prepared for its first task.
    var isReady = false
    /// When somebody looks whether what it runs has run too long.
    var timeWatch = TimeWatch()
    /// Whether its memory is being watched.
    var isWatched = false

    var age: Duration {
        .nanoseconds(Int64(clamping: Deadline.now.nanoseconds - startedAt.nanoseconds))
    }

    /// How a worker's beginning went.
    enum Beginning {
        case ready
        /// The initializer threw.
        case refused([UInt8])
        /// The initializer threw, in this process.
        case failed(any Error)
    }

    init(
        generation: UInt64, name: String, ringBytes: Int, desk: ThreadDesk? = nil
    ) throws(SystemError) {
        self.desk = desk
        self.generation = generation
        self.name = name
        segment = try WorkerSegment.make(ringBytes: ringBytes)
        requests = FrameWriter(segment.requests)
        replies = FrameReader(segment.replies)
    }

    /// Tells the worker what to do at the beginning and the end of its life.
    func begin(_ hooks: WorkerHooks) throws(RingCorruption) {
        if let budget = hooks.budget {
            enclose(budget.attachments)
            try requests.send(kind: PoolRequest.budget, slot: 0, budget.bytes)
        }
        enclose(hooks.initializer.attachments)
        try requests.send(kind: PoolRequest.begin, slot: 0, hooks.initializer.bytes)
        if let finalizer = hooks.finalizer {
            enclose(finalizer.attachments)
            try requests.send(kind: PoolRequest.finalizer, slot: 0, finalizer.bytes)
        }
        try askForSpace()
    }

    /// Gives a chunk to the worker.
    ///
    /// - Returns: how many bytes were copied.
    func post(_ chunk: PoolChunk, slot: Int) throws(RingCorruption) -> Int {
        var bytes = chunk.payload.count
        if chunk.definition.id != latest, known.insert(chunk.definition.id).inserted {
            enclose(chunk.definition.attachments)
            try requests.send(kind: chunk.definition.kind, slot: 0, chunk.definition.bytes)
            bytes += chunk.definition.countBytes()
        }
        latest = chunk.definition.id
        if let escort = chunk.terms?.escort, !escort.isEmpty {
            try requests.send(kind: PoolRequest.escort, slot: UInt32(slot), escort)
        }
        enclose(chunk.attachments)
        segment.slots[slot].post()
        bulkState.sees(chunk.payload.count)
        if let longRequests, chunk.payload.count >= BulkMemory.threshold {
            longRequests.append(slot: UInt32(slot), chunk.payload, count: chunk.count)
            let isStreamed = LongRequests.isStreamed(chunk.payload.count)
            try requests.send(kind: isStreamed ? PoolRequest.long : PoolRequest.bulk, slot: 0, [])
        } else {
            try requests.send(kind: PoolRequest.run, slot: UInt32(slot), chunk.payload)
        }
        try askForSpace()
        return bytes
    }

    /// Puts descriptors in line, in the order of the messages that they belong to.
    func enclose(_ descriptors: [SharedDescriptor]) {
        if !descriptors.isEmpty { line.append([PoolControl.parcel], descriptors: descriptors) }
    }

    /// Tells the worker that it will not see a definition again.
    func forget(_ definition: UInt64) throws(RingCorruption) {
        guard known.remove(definition) != nil else { return }
        if latest == definition { latest = 0 }
        var writer = ByteWriter()
        writer.append(definition)
        try requests.send(kind: PoolRequest.forget, slot: 0, writer.bytes)
    }

    /// Asks the worker to leave once it has read everything before.
    func dismiss() throws(RingCorruption) {
        try requests.send(kind: PoolRequest.leave, slot: 0, [])
        try askForSpace()
    }

    /// What did not fit goes on as soon as the worker has made space: it rings the doorbell then.
    func askForSpace() throws(RingCorruption) {
        while !requests.isFlushed, try !requests.requestSpace() { try requests.flush() }
    }
}
