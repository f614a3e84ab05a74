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
        /// The error of the only reply, which a thread of this process left.
        var error: (any Error)?
        /// Whether the worker gave the slot back without having run all its items.
        var isVacated = false
    }

    /// A drain stops after so many bytes, so that the lock is not held for long.
    private static let drainLimit = 1 << 20

    let segment: WorkerSegment
    private var requests: FrameWriter
    private var replies: FrameReader
    private var known: Set<UInt64> = []
    /// Where long messages go, with the file's owner; nil while there were none.
    private var bulkSegment: WorkerSegment?
    private var bulkRequests: FrameWriter?
    private var bulkReplies: FrameReader?
    /// What is known about long messages.
    private var bulkState = BulkState()
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
    func post(_ chunk: PoolChunk, slot: Int) throws(RingCorruption) {
        if known.insert(chunk.definition.id).inserted {
            enclose(chunk.definition.attachments)
            try requests.send(kind: PoolRequest.define, slot: 0, chunk.definition.bytes)
        }
        if let escort = chunk.terms?.escort, !escort.isEmpty {
            try requests.send(kind: PoolRequest.escort, slot: UInt32(slot), escort)
        }
        enclose(chunk.attachments)
        segment.slots[slot].post()
        bulkState.sees(chunk.payload.count)
        let kind = PoolRequest.run
        if try bulkRequests?.publishIfFits(kind: kind, slot: UInt32(slot), chunk.payload) ?? false {
            try requests.send(kind: PoolRequest.bulk, slot: 0, [])
        } else {
            try requests.send(kind: kind, slot: UInt32(slot), chunk.payload)
        }
        try askForSpace()
    }

    /// Puts descriptors in line, in the order of the messages that they belong to.
    private func enclose(_ descriptors: [SharedDescriptor]) {
        if !descriptors.isEmpty { line.append([PoolControl.parcel], descriptors: descriptors) }
    }

    // MARK: Long messages

    func takeBulkWish() -> Bool { bulkState.takeWish() }
    func tickBulk() -> Bool { bulkState.tick() }
    func bulkFailed() { bulkState.failed() }

    /// Lets long messages go through this memory.
    func openBulk(_ memory: WorkerSegment) throws(RingCorruption) {
        bulkSegment = memory
        bulkReplies = FrameReader(memory.replies)
        enclose([memory.file])
        try requests.send(kind: PoolRequest.openBulk, slot: 0, [])
    }

    /// The worker says what has become of the memory; false if it was not asked.
    private func bulkAnswered(_ kind: UInt32) -> Bool {
        guard kind == PoolReply.bulkClosed else {
            bulkRequests = bulkSegment.map { FrameWriter($0.requests) }
            return bulkState.opened()
        }
        bulkReplies = nil
        bulkSegment = nil
        return bulkState.closed()
    }

    /// Asks the worker to give the memory up; what it has written there still comes.
    func closeBulk() throws(RingCorruption) {
        bulkRequests = nil
        bulkState.closes()
        try requests.send(kind: PoolRequest.closeBulk, slot: 0, [])
    }

    /// Tells the worker that it will not see a definition again.
    func forget(_ definition: UInt64) throws(RingCorruption) {
        guard known.remove(definition) != nil else { return }
        var writer = ByteWriter()
        writer.append(definition)
        try requests.send(kind: PoolRequest.forget, slot: 0, writer.bytes)
    }

    /// Asks the worker to leave once it has read everything before.
    func dismiss() throws(RingCorruption) {
        try requests.send(kind: PoolRequest.leave, slot: 0, [])
        try askForSpace()
    }

    /// Reads what the worker has answered, long answers into buffers of the pool; `more` says that there was too much for one time.
    func drain(_ buffers: BufferPool) throws(RingCorruption) -> (batches: [Batch], more: Bool) {
        // Before that is known, the descriptors of what it wrote cannot be had.
        guard child != nil else { return ([], false) }
        if !requests.isFlushed {
            try requests.flush()
            try askForSpace()
            // Last, because asking for space may have found some and written more.
            requests.wakeReader()
        }
        var batches: [Batch] = []
        var size = 0
        var lacksParcel = false
        while size < Self.drainLimit {
            var isImpossible = false
            var isBulk = false
            let found = try unsafe replies.next { frame, payload in
                size += RingFrame.headerSize + payload.count
                bulkState.sees(payload.count)
                switch frame.kind {
                case PoolReply.ready:
                    beginning = .ready
                    return
                case PoolReply.refused:
                    beginning = unsafe desk?.takeError().map { .failed($0) } ?? .refused(Array(payload))
                    return
                case PoolReply.bulk:
                    isBulk = true
                    return
                case PoolReply.bulkOpened, PoolReply.bulkClosed:
                    isImpossible = !bulkAnswered(frame.kind)
                    return
                default: break
                }
                isImpossible = unsafe !add(frame, payload, to: &batches, buffers)
                guard frame.kind == PoolReply.valueWithDescriptors else { return }
                // The worker sends them before it writes the message, so they are there.
                if let message = try? child?.channel.receive(limit: 64, acceptsLoss: true, until: .now) {
                    batches[batches.count - 1].parcels.append(Parcel(message))
                } else {
                    lacksParcel = true
                }
            }
            guard found else { break }
            if isBulk {
                let found = try unsafe bulkReplies?.next { frame, payload in
                    size += payload.count
                    bulkState.sees(payload.count)
                    isImpossible =
                        unsafe frame.kind != PoolReply.value || !add(frame, payload, to: &batches, buffers)
                }
                guard found == true else { throw RingCorruption() }
            }
            if lacksParcel || isImpossible { throw RingCorruption() }
        }
        // Also a part of a long answer has made space.
        replies.wakeWriter()
        return (batches, size >= Self.drainLimit)
    }

    /// Adds a message to the batches; false if no working program writes such a one.
    private func add(
        _ frame: RingFrame, _ payload: UnsafeRawBufferPointer, to batches: inout [Batch],
        _ buffers: BufferPool
    ) -> Bool {
        let slot = Int(frame.slot)
        if frame.kind == PoolReply.ownFailure {
            guard let error = desk?.takeError() else { return false }
            batches.append(Batch(slot: slot, count: 1, failures: 1, error: error))
            return true
        }
        if batches.last?.slot != slot || batches.last?.isVacated == true || batches.last?.error != nil {
            batches.append(Batch(slot: slot))
        }
        let last = batches.count - 1
        guard frame.kind != PoolReply.vacated else {
            batches[last].isVacated = true
            return true
        }
        if batches[last].bytes.isEmpty, payload.count >= 1 << 16 { batches[last].bytes = buffers.take() }
        let start = batches[last].bytes.count
        // So that a short message is allocated once.
        if start == 0 { batches[last].bytes.reserveCapacity(RingFrame.headerSize + payload.count) }
        unsafe withUnsafeBytes(of: frame) { unsafe batches[last].bytes.append(contentsOf: $0) }
        unsafe batches[last].bytes.append(contentsOf: payload)
        guard frame.kind == PoolReply.run else {
            batches[last].count += 1
            if frame.kind == PoolReply.failure { batches[last].failures += 1 }
            return true
        }
        // Of the copy, because the worker can still write to what it was copied from.
        let header = unsafe batches[last].bytes.withUnsafeBytes { bytes in
            unsafe RunHeader(
                of: UnsafeRawBufferPointer(rebasing: bytes[(start + RingFrame.headerSize)...]))
        }
        guard let header else { return false }
        batches[last].count += Int(header.count)
        return true
    }

    /// Values of finished items that a worker, which is dead by now, had not handed over yet.
    func rescue(slot: Int, answered: Int, count: Int) -> Batch? {
        let place = segment.slots[slot]
        guard let position = place.openRun else { return nil }
        // The item that was begun last had not finished, as far as anybody can tell.
        let finished = min(place.begunItems - 1, count) - answered
        guard
            let bytes = replies.openRun(
                at: position, kind: PoolReply.run, slot: UInt32(slot), count: finished)
        else { return nil }
        return Batch(slot: slot, count: finished, bytes: bytes)
    }

    /// What did not fit goes on as soon as the worker has made space: it rings the doorbell then.
    private func askForSpace() throws(RingCorruption) {
        while !requests.isFlushed, try !requests.requestSpace() { try requests.flush() }
    }
}
