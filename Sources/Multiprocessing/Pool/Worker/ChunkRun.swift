import Dispatch
import MultiprocessingCore

/// A chunk while a worker runs it: hands out the items and takes the answers, in order.
final class ChunkRun: @unchecked Sendable {
    // @unchecked because of what changes: it has one user at a time, the chunk's task until `finish`, the
    // loop's thread after it. The reader's bytes stay in place until the loop's thread goes on.
    private let loop: WorkerLoop
    private let slot: Slot
    private let number: Int
    private let count: Int
    private let isTimed: Bool
    private var reader: ByteReader
    private let attachments: [SharedDescriptor]
    private var begun = 0
    private var answered = 0
    private let finished = DispatchSemaphore(value: 0)

    init(_ loop: WorkerLoop, slot: Slot, number: Int, count: Int, isTimed: Bool, _ message: MessageReader) {
        self.loop = loop
        self.slot = slot
        self.number = number
        self.count = count
        self.isTimed = isTimed
        reader = message.bytes
        attachments = message.attachments
    }

    /// Whether every item has been answered.
    var isComplete: Bool { answered == count }

    /// The arguments of the next item, which begins now; nil when there is none, or nobody wants it.
    func next() -> MessageReader? {
        guard begun < count, begun == 0 || !Task.isCancelled else { return nil }
        slot.begin(item: begun, stamped: isTimed || count == 1)
        begun += 1
        do {
            let length = Int(clamping: try reader.read(UInt64.self))
            return unsafe MessageReader(ByteReader(try reader.readBytes(length)), attachments: attachments)
        } catch {
            fatalError("a chunk is shorter than it says: \(error)")
        }
    }

    /// The item returned.
    func answer(_ value: some Encodable) {
        loop.answer.removeAll()
        do {
            try loop.answer.append(encoding: value)
        } catch {
            return fail(
                MultiprocessingError(
                    .unencodable, "the task's result of type \(type(of: value)) could not be encoded",
                    cause: error))
        }
        answered += 1
        if loop.answer.attachments.isEmpty {
            loop.reply(PoolReply.value, number, loop.answer.bytes.bytes)
        } else {
            let descriptors = loop.answer.attachments
            loop.reply(PoolReply.valueWithDescriptors, number, loop.answer.bytes.bytes, descriptors)
            // They are not needed here any more.
            loop.answer.removeAll()
        }
    }

    /// The item threw.
    func fail(_ error: any Error) {
        loop.answer.removeAll()
        ErrorTransport.encode(error, processID: ThisProcess.id, into: &loop.answer.bytes)
        answered += 1
        loop.reply(PoolReply.failure, number, loop.answer.bytes.bytes)
    }

    /// Every item fails for the same reason.
    func failAll(_ error: any Error) {
        while next() != nil { fail(error) }
    }

    /// The chunk's task is over; the loop's thread goes on.
    func finish() {
        finished.signal()
    }

    func waitUntilFinished() {
        finished.wait()
    }
}
