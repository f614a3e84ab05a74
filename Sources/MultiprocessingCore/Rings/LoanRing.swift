import Synchronization

/// The reading end of a ring whose messages may stay where they are for a while.
///
/// Each message is lent; the ring gets its space back, in the order of the messages, when they are not used any
/// more. Nobody has to hurry: when too much of the ring is lent, what was lent first is copied out.
package final class LoanRing: Sendable {
    private struct State: ~Copyable {
        var reader: RingReader
        /// Bytes behind the reader's position that have been lent.
        var lent = 0
        /// What has been lent and not counted back, in the ring's order.
        var loans: [Entry] = []
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
        let loan = try state.withLock { state throws(RingCorruption) -> RingLoan? in
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
        if loan != nil { evict(downTo: most) }
        return loan
    }

    /// Copies out what has been lent.
    package func evictAll() { evict(downTo: 0) }

    private func evict(downTo limit: Int) {
        let loans = state.withLock { state -> [RingLoan] in
            var rest = state.lent
            var loans: [RingLoan] = []
            for entry in state.loans where rest > limit {
                rest -= entry.size
                if let loan = entry.loan { loans.append(loan) }
            }
            return loans
        }
        // Without the lock: each gives its space back.
        for loan in loans { loan.evict() }
    }

    /// A message is not used any more.
    fileprivate func giveBack(_ id: UInt64) {
        state.withLock { state in
            guard let place = state.loans.firstIndex(where: { $0.id == id }) else { return }
            state.loans[place].isBack = true
            while let first = state.loans.first, first.isBack {
                state.reader.advance(first.size)
                state.lent -= first.size
                state.loans.removeFirst()
            }
        }
    }
}

/// A message in a ring that can be used until the last reference goes; who wrote it may still write to it.
package final class RingLoan: Sendable {
    @safe private enum Place: @unchecked Sendable {
        // @unchecked because of the pointer, which is valid for as long as the loan has not been given back.
        case ring(UnsafeRawBufferPointer)
        case copy([UInt8])
    }

    package let frame: RingFrame
    /// Bytes of the message.
    package var count: Int { Int(frame.length) }
    private let place: Mutex<Place>
    private let ring: LoanRing?
    private let id: UInt64

    fileprivate init(_ ring: LoanRing, _ id: UInt64, _ frame: RingFrame, _ bytes: UnsafeRawBufferPointer) {
        self.ring = ring
        self.id = id
        self.frame = frame
        place = unsafe Mutex(.ring(bytes))
    }

    /// A message that has been copied out already.
    package init(_ frame: RingFrame, copy bytes: [UInt8]) {
        ring = nil
        id = 0
        self.frame = frame
        place = Mutex(.copy(bytes))
    }

    deinit {
        let isLent = place.withLock { if case .ring = $0 { true } else { false } }
        if isLent { ring?.giveBack(id) }
    }

    /// Calls `body` with the bytes where they are, which may change meanwhile.
    package func withBytes<R: Sendable>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try place.withLock { place in
            switch place {
            case .ring(let bytes): try unsafe body(bytes)
            case .copy(let bytes): try unsafe bytes.withUnsafeBytes(body)
            }
        }
    }

    /// Calls `body` with bytes that nobody changes.
    package func withCopy<R: Sendable>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        evict()
        return try unsafe withBytes(body)
    }

    /// Copies the bytes out of the ring, which gets its space back.
    fileprivate func evict() {
        let isLent = place.withLock { place in
            guard case .ring(let bytes) = place else { return false }
            place = .copy(unsafe Array(bytes))
            return true
        }
        if isLent { ring?.giveBack(id) }
    }
}
