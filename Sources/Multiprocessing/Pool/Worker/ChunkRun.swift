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
    /// Arrays that belong to the only item and came as such.
    private var arrays: [WireBytes.Insert]
    private var begun = 0
    var answered = 0
    private var start: UInt64 = 0
    /// Where values lie, side by side, that the pool has not been told of, and how many.
    ///
    /// They outlive this process, because the slot says how many items have been begun: the pool takes them over then.
    private var room: RunRoom?
    private var filled = 0
    /// The pool has taken back what has not begun.
    private var isHalted = false
    private lazy var pace = RunPace(now: Deadline.now.nanoseconds)

    init(
        _ loop: WorkerLoop, slot: Slot, number: Int, count: Int, form: ChunkForm, _ message: MessageReader,
        arrays: [WireBytes.Insert] = []
    ) {
        self.arrays = arrays
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
    private var isMeasured: Bool { form.contains(.measured) }
    /// Whether the arguments lie side by side.
    var isPacked: Bool { form.contains(.packed) }
    /// Whether nobody waits for the value of one item alone.
    ///
    /// Else each is handed over as soon as it is there: the next item may take for ever.
    private var isCollected: Bool { form.contains(.collected) && count > 1 }
    /// Whether the pool may take back what has not begun.
    private var isDivisible: Bool { form.contains(.divisible) }
    /// Whether the beginning of each item is written down.
    private var isStamped: Bool { form.contains(.timed) || isDivisible || count == 1 }

    /// The arguments of the next item, which begins now; nil when there is none, or nobody wants it.
    func next() -> MessageReader? {
        guard begun < count, !isHalted, begun == 0 || !Task.isCancelled, beginItem() else { return nil }
        begun += 1
        if isPacked {
            let size = unsafe reader.bytes.count / count
            let bytes = unsafe reader.bytes[((begun - 1) * size)..<(begun * size)]
            return unsafe MessageReader(ByteReader(UnsafeRawBufferPointer(rebasing: bytes)), attachments: [])
        }
        do {
            let length = Int(clamping: try reader.read(UInt64.self))
            guard arrays.isEmpty else { return try takeOnlyItem() }
            return unsafe MessageReader(ByteReader(try reader.readBytes(length)), attachments: attachments)
        } catch {
            fatalError("a chunk is shorter than it says: \(error)")
        }
    }

    private func beginItem() -> Bool {
        guard isDivisible else { return loop.begin { slot.begin(item: begun, stamped: isStamped) } }
        return loop.begin {
            isHalted = !slot.begin(item: begun, stamped: true)
            return true
        } && !isHalted
    }

    /// The task of the chunk begins.
    func begin() {
        if isMeasured { start = Deadline.now.nanoseconds }
    }

    /// Tells the pool how long the chunk has taken, if it wants to know, before the last answer.
    func took(answered: Int) {
        // A chunk that could not begin has taken no time.
        if isMeasured, start > 0, answered == count {
            slot.took(nanoseconds: Deadline.now.nanoseconds &- start)
        }
    }

    /// The arguments of the only item, with its arrays, of which nobody else keeps a reference.
    private func takeOnlyItem() throws -> MessageReader {
        let start = ChunkPayload.headerSize + reader.offset
        var message = MessageReader(
            unsafe ByteReader(try reader.readBytes(reader.remaining)), attachments: attachments)
        message.arrays = arrays.map { WireBytes.Insert($0.array, at: $0.offset - start) }
        arrays = []
        return message
    }

    // MARK: Stretches

    /// The items that come next, as many as may run without a look at the clock.
    ///
    /// Nil when there is none, nobody wants it, or there is no room for the values now.
    func beginStretch(_ arguments: PackedLayout, _ values: PackedLayout) -> Stretch? {
        // On a thread, which cannot be ended in the middle, each item has to be allowed to begin.
        guard begun < count, !isHalted, begun == 0 || !Task.isCancelled, loop.desk == nil else { return nil }
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
            isStamped: isStamped, isDivisible: isDivisible,
            arguments: (first, arguments.spacing),
            values: (room.place + filled * values.spacing, values.spacing))
    }

    /// The items of the stretch have returned, or the last one that was begun threw.
    func end(_ stretch: Stretch, failure: (any Error)? = nil) {
        begun += stretch.begun
        filled += stretch.returned
        isHalted = stretch.isHalted
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
        took(answered: answered + filled)
        answered += filled
        loop.closeRun(room, count: filled)
        filled = 0
        slot.closeRun()
    }
}
