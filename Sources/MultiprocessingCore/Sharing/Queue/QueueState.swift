import Synchronization

/// The state of a queue that processes share: messages in blocks of its memory, in order, and who has which in hand.
///
/// What counts are the states of the blocks, each of which changes by one store. The lists and numbers beside them
/// follow from these, and are made up again after a process was killed while it changed something.
package final class QueueState: Sendable {
    /// What becomes of a message that was taken.
    package enum Delivery: UInt32, Sendable {
        /// It belongs to the taker; if that is killed, it is gone.
        case once = 0
        /// It is in hand until it is settled; if its process is killed before, it is delivered again.
        case acknowledged = 1
        /// It is in hand until it is settled; if its process is killed before, it counts as abandoned.
        case counted = 2
    }

    package enum Failure: Error, Sendable {
        /// As many messages are in it as it takes.
        case full
        /// There is nothing in it now.
        case empty
        /// It was finished, and there is nothing in it any more.
        case finished
        /// It was shut down.
        case shutDown
        /// There is no room for the message's descriptors at the moment.
        case noRoom
        /// There is no memory left for the message.
        case system(SystemError)
        /// Its memory does not make sense.
        case damaged
    }

    /// A message that was taken: its bytes, or where they are if they are many.
    package struct Taken: Sendable {
        /// nil when the bytes are still in the block, from which `read` gets them.
        package var bytes: [UInt8]?
        package let descriptors: [SharedDescriptor]
        /// Whether the descriptors that it came with were lost with a process.
        package let hasLostDescriptors: Bool
        let offset: Int
        let length: Int
    }

    /// Longer messages are copied without the guard.
    package static let shortLimit = 8 << 10
    /// Bytes of its words.
    package static let stateSize = 4096 - SharedObject.start
    /// Addresses that each queue keeps for its memory.
    package static let reserve = 1 << 36

    enum Flag {
        static let finished: UInt32 = 1
        static let shutDown: UInt32 = 2
    }

    package let object: SharedObject
    package let box: ParcelBox
    let `guard`: SharedGuard
    let flags: SharedWord
    let limit: SharedWord
    let mode: SharedWord
    let queued: SharedWord
    let filling: SharedWord
    let taken: SharedWord
    let lost: SharedWord
    let lastSequence: SharedLongWord
    let lastParcel: SharedLongWord
    let head: SharedLongWord
    let tail: SharedLongWord
    let arena: BlockArena
    /// Where those sleep who wait for a message.
    package let items: EventCount
    /// Where those sleep who wait for space.
    package let space: EventCount
    /// Where those sleep who wait until every message is settled.
    package let settlements: EventCount

    /// Maps the state of a queue; `prepare` follows for a new one.
    package init(_ object: SharedObject, _ box: ParcelBox) {
        self.object = object
        self.box = box
        let memory = object.memory
        let start = SharedObject.start
        self.guard = SharedGuard(memory, at: start)
        flags = SharedWord(memory, at: start + 16)
        limit = SharedWord(memory, at: start + 20)
        mode = SharedWord(memory, at: start + 24)
        queued = SharedWord(memory, at: start + 28)
        filling = SharedWord(memory, at: start + 32)
        taken = SharedWord(memory, at: start + 36)
        lost = SharedWord(memory, at: start + 40)
        lastSequence = SharedLongWord(memory, at: start + 48)
        lastParcel = SharedLongWord(memory, at: start + 56)
        head = SharedLongWord(memory, at: start + 64)
        tail = SharedLongWord(memory, at: start + 72)
        items = EventCount(memory, at: start + 128)
        space = EventCount(memory, at: start + 192)
        settlements = EventCount(memory, at: start + 256)
        arena = BlockArena(object, controlAt: start + 320)
    }

    /// Writes the state of a new queue, before any other process sees it.
    ///
    /// - Parameters:
    ///   - capacity: nil for no limit.
    ///   - delivery: what becomes of messages that were taken.
    package func prepare(capacity: UInt32?, delivery: Delivery) {
        limit.value = capacity ?? 0
        mode.value = delivery.rawValue
        arena.prepare(fileSize: 4096)
    }

    // MARK: Parts of what happens under the guard

    /// Runs the body under the guard; damage is noted in it, and everyone finds out at the next step.
    func withGuard(_ body: () throws -> Void) {
        `guard`.withLock(repair: repair) { try? body() }
    }

    /// Takes the first block out of the order.
    func popHead() throws -> Block? {
        guard head.value != 0 else { return nil }
        let block = try arena.block(at: Int(clamping: head.value))
        head.value = UInt64(block.next)
        if block.next == 0 { tail.value = 0 }
        return block
    }

    /// Appends a block to the order.
    func append(_ block: Block) throws {
        block.next = 0
        if tail.value == 0 {
            head.value = UInt64(block.offset)
        } else {
            try arena.block(at: Int(clamping: tail.value)).next = block.offset
        }
        tail.value = UInt64(block.offset)
    }
}
