import Synchronization

/// The reading end of a ring whose messages may stay where they are for a while.
///
/// Each message is lent; the ring gets its space back, in the order of the messages, when they are not used any
/// more. Nobody has to hurry: `relieve` copies out what was lent first, when too much of the ring is lent.
package final class LoanRing: Sendable {
    private struct State: ~Copyable {
        var reader: RingReader
        /// Bytes behind the reader's position that have been lent.
        var lent = 0
        /// What has been lent and not counted back, in the ring's order.
        var loans: [Entry] = []

        /// Gives the space back of what is not used any more and has nothing before it.
        mutating func takeBack() {
            while let first = loans.first, first.isBack {
                reader.advance(first.size)
                lent -= first.size
                loans.removeFirst()
            }
        }
    }

    private struct Entry {
        let size: Int
        let id: UInt64
        var isBack = false
        weak var loan: RingLoan?
    }

    private let state: Mutex<State>
    /// How many bytes may be lent at once.
    private let most: Int
    private let nextID = Atomic<UInt64>(1)

    /// The reader of a ring that nobody has read from yet.
    package init(_ ring: Ring, most: Int) {
        state = Mutex(State(reader: RingReader(ring)))
        self.most = most
    }

    /// The next message; nil when there is none.
    package func lend() throws(RingCorruption) -> RingLoan? {
        let id = nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        return try state.withLock { state throws(RingCorruption) -> RingLoan? in
            let available = try unsafe state.reader.available().dropFirst(state.lent)
            guard unsafe available.count >= RingFrame.headerSize else { return nil }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: available)
            // Read once, because the writer may still write to it.
            let frame = unsafe rest.loadUnaligned(as: RingFrame.self)
            guard frame.length <= UInt64(rest.count - RingFrame.headerSize) else { throw RingCorruption() }
            let size = RingFrame.headerSize + Int(frame.length)
            let loan = unsafe RingLoan(
                self, id, frame, UnsafeRawBufferPointer(rebasing: rest[RingFrame.headerSize..<size]))
            state.lent += size
            state.loans.append(Entry(size: size, id: id, loan: loan))
            return loan
        }
    }

    /// Takes what is there of a message in the long form, a part of it at a time.
    ///
    /// - Parameter receiver: puts the message together.
    /// - Returns: whether there was something.
    /// - Throws: when no working writer has written what is there.
    package func receive(into receiver: inout LongMessageReceiver) throws(RingCorruption) -> Bool {
        try state.withLock { state throws(RingCorruption) -> Bool in
            let available = try unsafe state.reader.available().dropFirst(state.lent)
            let part = unsafe UnsafeRawBufferPointer(rebasing: available.prefix(FrameWriter.step))
            let taken = try unsafe receiver.take(part)
            if taken > 0 {
                // Its space comes back after that of what is still lent.
                state.lent += taken
                state.loans.append(Entry(size: taken, id: 0, isBack: true, loan: nil))
                state.takeBack()
            }
            if unsafe available.count - taken <= state.reader.ring.capacity / 2 { state.reader.wakeWriter() }
            return taken > 0
        }
    }

    /// Copies out what was lent first, if too much is; not what somebody reads at the moment.
    package func relieve() {
        for loan in loans(beyond: most) { loan.evict(waits: false) }
    }

    /// Copies out what has been lent.
    package func evictAll() {
        for loan in loans(beyond: 0) { loan.evict() }
    }

    /// What was lent first, so that no more than `limit` bytes are lent without it.
    private func loans(beyond limit: Int) -> [RingLoan] {
        // Whoever gets them works without the lock: each gives its space back.
        state.withLock { state -> [RingLoan] in
            var rest = state.lent
            var loans: [RingLoan] = []
            for entry in state.loans where rest > limit {
                rest -= entry.size
                if let loan = entry.loan { loans.append(loan) }
            }
            return loans
        }
    }

    /// A message is not used any more.
    func giveBack(_ id: UInt64) {
        state.withLock { state in
            guard let place = state.loans.firstIndex(where: { $0.id == id }) else { return }
            state.loans[place].isBack = true
            state.takeBack()
            // It sleeps when a message is longer than what is free.
            state.reader.wakeWriter()
        }
    }
}
