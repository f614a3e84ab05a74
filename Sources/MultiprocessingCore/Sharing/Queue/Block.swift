import Synchronization

/// A piece of a queue's memory: its header says in which state it is, and that is what counts after a crash.
///
/// All lists of blocks can be made up again from the headers.
@safe struct Block {
    enum State: UInt32 {
        case free = 0
        /// Somebody writes a message into it.
        case filling = 1
        /// A message waits in it.
        case queued = 2
        /// Somebody has taken its message, and may still be reading it.
        case taken = 3
    }

    static let headerSize = 48

    private typealias Word = UnsafeMutablePointer<Atomic<UInt64>>

    /// Where it begins in the queue's memory.
    let offset: Int
    /// The caller has checked that a whole header lies there, and keeps the memory mapped.
    private let place: UnsafeMutableRawPointer

    init(offset: Int, at place: UnsafeMutableRawPointer) {
        self.offset = offset
        unsafe self.place = place
    }

    private func word(_ index: Int) -> Word {
        unsafe (place + index * 8).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    private func load(_ index: Int) -> UInt64 { unsafe word(index).pointee.load(ordering: .relaxed) }

    private func store(_ index: Int, _ value: UInt64) {
        unsafe word(index).pointee.store(value, ordering: .releasing)
    }

    /// Which size it has; written once, before the block is part of the memory.
    var sizeClass: Int { Int(truncatingIfNeeded: load(0) >> 32) }

    var state: State { State(rawValue: UInt32(truncatingIfNeeded: load(0))) ?? .free }

    func set(_ state: State, class number: Int) { store(0, UInt64(number) << 32 | UInt64(state.rawValue)) }

    func set(_ state: State) { store(0, load(0) & ~0xFFFF_FFFF | UInt64(state.rawValue)) }

    /// Who fills or has taken it.
    var owner: ProcessStamp {
        get { ProcessStamp(raw: load(1)) }
        nonmutating set { store(1, newValue.raw) }
    }

    /// The message's place in the order of all messages.
    var sequence: UInt64 {
        get { load(2) }
        nonmutating set { store(2, newValue) }
    }

    /// Bytes of the message.
    var length: Int {
        get { Int(truncatingIfNeeded: load(3)) }
        nonmutating set { store(3, UInt64(newValue)) }
    }

    /// The next block of the same list; 0 for none.
    var next: Int {
        get { Int(truncatingIfNeeded: load(4)) }
        nonmutating set { store(4, UInt64(newValue)) }
    }

    /// Under which number the message's descriptors wait; 0 for none.
    var parcel: UInt64 {
        get { load(5) }
        nonmutating set { store(5, newValue) }
    }
}
