/// Whether a worker has memory for long messages, and whether it still needs it.
///
/// Pure: it is told what is seen and done.
struct BulkState {
    private enum Phase {
        case none
        /// It is being made, or the worker has not taken it yet.
        case wanted
        case open
        /// The worker has been asked to give it up.
        case closing
        /// The machine or the worker has no room for it.
        case refused
    }

    private var phase = Phase.none
    /// Whether a long message was seen since the last time that somebody asked.
    private var isUsed = false

    /// A message of so many bytes goes by.
    mutating func sees(_ bytes: Int) {
        if bytes >= BulkMemory.threshold { isUsed = true }
    }

    /// Whether the memory is to be made now: a long message was seen, and there is none.
    mutating func takeWish() -> Bool {
        guard isUsed, phase == .none else { return false }
        phase = .wanted
        return true
    }

    /// The worker can use the memory; false if it was not given any.
    mutating func opened() -> Bool {
        guard phase == .wanted else { return false }
        phase = .open
        return true
    }

    /// There will be none: the machine has no room for it.
    mutating func failed() { phase = .refused }

    /// Some time has passed; returns whether the memory is to be given up.
    mutating func tick() -> Bool {
        defer { isUsed = false }
        return phase == .open && !isUsed
    }

    /// The worker is asked to give the memory up.
    mutating func closes() { phase = .closing }

    /// The worker does not use the memory, any more or at all; false if that answers nothing.
    mutating func closed() -> Bool {
        switch phase {
        case .closing: phase = .none
        case .wanted: phase = .refused
        case .none, .open, .refused: return false
        }
        return true
    }
}
