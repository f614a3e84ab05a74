/// A place for one chunk of work at one worker, in memory that both sides see.
///
/// The parent posts, the worker starts; whoever comes first decides, so that the parent can take back what
/// has not been started, and knows after a worker's death which items had been.
package final class Slot: Sendable {
    package enum State: UInt64, Sendable {
        case free = 0
        case posted = 1
        case started = 2
        case revoked = 3
    }

    private let word: SharedLongWord
    private let clock: SharedLongWord
    private let run: SharedLongWord
    private let spent: SharedLongWord

    /// A cache line: what the worker writes into one slot disturbs nobody who uses the next.
    static let size = 64

    /// In the word: the parent lets no further item of the chunk begin.
    private static let halt: UInt64 = 1 << 63

    init(_ segment: SharedMapping, at offset: Int) {
        word = SharedLongWord(segment, at: offset)
        clock = SharedLongWord(segment, at: offset + 8)
        run = SharedLongWord(segment, at: offset + 16)
        spent = SharedLongWord(segment, at: offset + 24)
    }

    package var state: State { State(rawValue: word.value & 3) ?? .free }

    /// How many items of the chunk have been begun; the last of them may be running.
    package var begunItems: Int {
        state == .started ? Int(truncatingIfNeeded: (word.value & ~Self.halt) >> 2) : 0
    }

    /// When the item that was begun last was begun; nil before the first one, and when no time was taken.
    package var begunAt: Deadline? {
        let time = clock.value
        return begunItems > 0 && time > 0 ? Deadline(nanoseconds: time) : nil
    }

    /// Where in the ring the run begins that the worker has not closed; nil without one.
    package var openRun: UInt64? {
        let position = run.value
        return position > 0 ? position - 1 : nil
    }

    /// Nanoseconds that the chunk has taken, if the worker was asked; as far as the worker can be believed.
    package var nanoseconds: UInt64 { spent.value }

    package func post() {
        clock.value = 0
        run.value = 0
        spent.value = 0
        word.value = State.posted.rawValue
    }

    package func free() {
        word.value = State.free.rawValue
    }

    /// The parent takes the chunk back; false when the worker has started it.
    package func revoke() -> Bool {
        word.replace(State.posted.rawValue, with: State.revoked.rawValue)
    }

    /// The worker takes the chunk; false when the parent has taken it back.
    package func start() -> Bool {
        word.replace(State.posted.rawValue, with: State.started.rawValue)
    }

    /// The parent lets no item begin after the first `count` ones; false when the worker has begun another.
    package func halt(after count: Int) -> Bool {
        let begun = UInt64(count) << 2 | State.started.rawValue
        return word.replace(begun, with: begun | Self.halt)
    }

    /// The worker begins the item with this index, the one after the last.
    ///
    /// - Returns: false when the parent has halted the chunk, which it does only to chunks whose items are stamped.
    package func begin(item index: Int, stamped: Bool) -> Bool {
        let begun = UInt64(index + 1) << 2 | State.started.rawValue
        if stamped {
            clock.value = Deadline.now.nanoseconds
            return word.replace(begun - 4, with: begun)
        }
        word.value = begun
        return true
    }

    /// The worker puts the values of items that it begins from now on side by side, from this position on.
    package func open(run position: UInt64) {
        run.value = position + 1
    }

    /// The values have been published.
    package func closeRun() {
        run.value = 0
    }

    /// The worker says how long the chunk has taken.
    package func took(nanoseconds: UInt64) {
        spent.value = nanoseconds
    }
}
