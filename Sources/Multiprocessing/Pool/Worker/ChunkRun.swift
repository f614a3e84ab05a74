import MultiprocessingCore

/// A chunk while a worker runs it: hands out the items and takes the answers, in order.
final class ChunkRun: @unchecked Sendable {
    // @unchecked because of what changes: it has one user at a time, the chunk's task until `finish`, the
    // loop's thread after it. The reader's bytes stay in place until the loop's thread goes on.
    let loop: WorkerLoop
    let slot: Slot
    let number: Int
    private let count: Int
    private let form: ChunkForm
    private var reader: ByteReader
    private let attachments: [SharedDescriptor]
    private var begun = 0
    var answered = 0
    /// Where values lie, side by side, that the pool has not been told of, and how many.
    ///
    /// They outlive this process, because the slot says how many items have been begun: the pool takes them over then.
    private var room: RunRoom?
    private var filled = 0
    private lazy var pace = RunPace(now: Deadline.now.nanoseconds)

    init(
        _ loop: WorkerLoop, slot: Slot, number: Int, count: Int, form: ChunkForm, _ message: MessageReader
    ) {
        self.loop = loop
        self.slot = slot
        self.number = number
        self.count = count
        self.form = form
        reader = message.bytes
        attachments = message.attachments
    }

    /// Whether every item has been answered.
    var isComplete: Bool { answered == count }
    /// Whether the pool wants to know how long the chunk takes.
    var isMeasured: Bool { form.contains(.measured) }
    /// Whether the arguments lie side by side.
    var isPacked: Bool { form.contains(.packed) }
    /// Whether nobody waits for the value of one item alone.
    ///
    /// Else each is handed over as soon as it is there: the next item may take for ever.
    private var isCollected: Bool { form.contains(.collected) && count > 1 }
    /// Whether the beginning of each item is written down.
    private var isStamped: Bool { form.contains(.timed) || count == 1 }

    /// The arguments of the next item, which begins now; nil when there is none, or nobody wants it.
    func next() -> MessageReader? {
        guard begun < count, begun == 0 || !Task.isCancelled else { return nil }
        guard loop.begin({ slot.begin(item: begun, stamped: isStamped) }) else { return nil }
        begun += 1
        if isPacked {
            let size = unsafe reader.bytes.count / count
            let bytes = unsafe reader.bytes[((begun - 1) * size)..<(begun * size)]
            return unsafe MessageReader(ByteReader(UnsafeRawBufferPointer(rebasing: bytes)), attachments: [])
        }
        do {
            let length = Int(clamping: try reader.read(UInt64.self))
            return unsafe MessageReader(ByteReader(try reader.readBytes(length)), attachments: attachments)
        } catch {
            fatalError("a chunk is shorter than it says: \(error)")
        }
    }

    // MARK: Stretches

    /// The items that come next, as many as may run without a look at the clock.
    ///
    /// Nil when there is none, nobody wants it, or there is no room for the values now.
    func beginStretch(_ arguments: PackedLayout, _ values: PackedLayout) -> Stretch? {
        // On a thread, which cannot be ended in the middle, each item has to be allowed to begin.
        guard begun < count, begun == 0 || !Task.isCancelled, loop.desk == nil else { return nil }
        guard let room = room ?? loop.openRun(number, spacing: values.spacing, atMost: count - begun) else {
            return nil
        }
        if self.room == nil {
            slot.open(run: room.position)
            self.room = room
        }
        // The loop has copied the arguments to an aligned place; a chunk has at least one.
        let first = unsafe reader.bytes.baseAddress.unsafelyUnwrapped + begun * arguments.spacing
        return unsafe Stretch(
            of: slot, from: begun, count: isCollected ? min(pace.stride, room.capacity - filled) : 1,
            isStamped: isStamped,
            arguments: (first, arguments.spacing),
            values: (room.place + filled * values.spacing, values.spacing))
    }

    /// The items of the stretch have returned, or the last one that was begun threw.
    func end(_ stretch: Stretch, failure: (any Error)? = nil) {
        begun += stretch.begun
        filled += stretch.returned
        if let failure {
            fail(failure)
        } else if !isCollected || begun == count || pace.looks(at: Deadline.now.nanoseconds)
            || filled == room?.capacity
        {
            handOver()
        }
    }

    /// Hands over the values that have been collected.
    func handOver() {
        guard let room else { return }
        self.room = nil
        answered += filled
        loop.closeRun(room, count: filled)
        filled = 0
        slot.closeRun()
    }
}
