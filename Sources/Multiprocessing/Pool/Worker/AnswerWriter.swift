import MultiprocessingCore

/// Where a worker's answers go: into the ring, and their descriptors before them onto the channel.
struct AnswerWriter: ~Copyable {
    private struct Held {
        let kind: UInt32
        let slot: Int
        let payload: WireBytes
        let descriptors: [SharedDescriptor]
    }

    private var replies: FrameWriter
    /// Answers that wait until the channel has room for the descriptors of the first of them.
    private var held = FIFO<Held>()
    private var long = LongAnswers()
    private var isQuiet = false
    /// Chunks that are over since the pool was told of something.
    private var quietChunks = 0
    /// A worker that holds as many as it can has a few left then.
    private static let mostQuietChunks = PoolMachine.depth * 3 / 4
    private let seat: Int
    private let doorbell: Doorbell
    private let channel: MessageSocket
    /// Of a worker on a thread.
    private let desk: ThreadDesk?

    init(
        seat: Int, segment: WorkerSegment, doorbell: Doorbell, channel: MessageSocket, desk: ThreadDesk? = nil
    ) {
        self.desk = desk
        self.seat = seat
        self.doorbell = doorbell
        self.channel = channel
        replies = FrameWriter(segment.replies)
    }

    /// Whether nothing waits for room.
    var isFlushed: Bool { held.isEmpty && replies.isFlushed && long.isFlushed }

    /// Sends a message; what does not fit into the ring waits for `flush`.
    mutating func send(
        _ kind: UInt32, _ slot: Int, _ payload: WireBytes, _ descriptors: [SharedDescriptor] = []
    ) {
        // Nobody reads what a thread writes that was given up.
        if desk?.isAbandoned == true { return }
        guard held.isEmpty, descriptors.isEmpty || trySending(descriptors) else {
            return held.append(
                Held(kind: kind, slot: slot, payload: payload, descriptors: descriptors))
        }
        write(kind, slot, payload)
    }

    /// Room in the ring for values that lie side by side; nil if there is none now.
    mutating func openRun(_ slot: Int, spacing: Int, atMost count: Int) -> RunRoom? {
        guard held.isEmpty else { return nil }
        do {
            return try replies.openRun(
                kind: PoolReply.run, slot: UInt32(slot), spacing: spacing, atMost: count)
        } catch {
            fatalError("the pool's replies cannot be written: \(error)")
        }
    }

    /// Hands the values over.
    mutating func closeRun(_ room: RunRoom, count: Int) {
        guard count > 0 else { return }
        replies.closeRun(room, count: count)
        ring()
    }

    /// From now on long messages go through this memory; without it, through the ring.
    mutating func use(_ segment: WorkerSegment?) {
        send(segment == nil ? PoolReply.bulkClosed : PoolReply.bulkOpened, 0, WireBytes([]))
        long.use(segment)
    }

    private mutating func write(_ kind: UInt32, _ slot: Int, _ payload: WireBytes) {
        do {
            let isWritten =
                try kind == PoolReply.value
                && long.write(slot: UInt32(slot), payload, announcingIn: &replies)
            if !isWritten { try replies.send(kind: kind, slot: UInt32(slot), payload) }
        } catch {
            fatalError("the pool's replies cannot be written: \(error)")
        }
        if kind == PoolReply.failure || kind == PoolReply.ownFailure { chunkBegins(isQuiet: false) }
        ring()
    }

    // MARK: Ringing

    /// The answers of a chunk follow, for which the pool need not be woken if it is quiet.
    mutating func chunkBegins(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// A chunk is over; its call goes on with the next one here, or not.
    mutating func chunkEnded(goesOn: Bool) {
        guard isQuiet else { return }
        quietChunks += 1
        // The pool gives out new work when it is told, before there is none.
        if !goesOn || quietChunks >= Self.mostQuietChunks {
            isQuiet = false
            ring()
        }
    }

    private mutating func ring() {
        guard !isQuiet else { return }
        quietChunks = 0
        doorbell.ring(worker: seat)
    }

    /// Sends descriptors if there is room for them now.
    private func trySending(_ descriptors: [SharedDescriptor]) -> Bool {
        let attempt = try? channel.sendWithoutWaiting([PoolControl.parcel], descriptors: descriptors)
        // A broken channel means that nobody wants the answer: the parent is gone, and so is this process soon.
        guard let attempt else { return true }
        if case .sent = attempt { return true }
        return false
    }

    /// Waits until the ring has taken every answer; on the loop's thread only.
    mutating func flush() {
        flushRing()
        // What comes before them can be read now, so whoever is to make room for them can do it.
        while let next = held.popFirst(), desk?.isAbandoned != true {
            if !next.descriptors.isEmpty {
                // When the channel is broken, nobody wants the answer any more.
                try? channel.send([PoolControl.parcel], descriptors: next.descriptors, until: nil)
            }
            write(next.kind, next.slot, next.payload)
            flushRing()
        }
    }

    private mutating func flushRing() {
        do {
            if replies.isFlushed, long.isFlushed { return }
            let (doorbell, seat, desk) = (doorbell, seat, desk)
            // The pool reads on in the usual ring when it has all of that.
            try long.flush(
                unless: { desk?.isAbandoned == true }, afterPublishing: { doorbell.ring(worker: seat) })
            try replies.flushBlocking(
                unless: { desk?.isAbandoned == true }, afterPublishing: { doorbell.ring(worker: seat) })
        } catch {
            fatalError("the pool's replies cannot be written: \(error)")
        }
    }
}
