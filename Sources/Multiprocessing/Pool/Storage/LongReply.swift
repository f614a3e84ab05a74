import MultiprocessingCore
import Synchronization

/// A long answer on its way: one thread after the other copies what has come, without the pool's lock.
final class LongReply: Sendable {
    private struct State: ~Copyable {
        var receiver = LongMessageReceiver()
        /// Whether the ring has been cleared of what was lent before.
        var hasBegun = false
        var isCorrupt = false
    }

    let slot: Int
    /// Whether nothing more is to be copied.
    private let isSettled = Atomic<Bool>(false)
    private let ring: LoanRing
    private let errand: SharedErrand<State>
    /// After so many the thread is given back: others may wait for it.
    private static let mostSteps = 16

    init(slot: Int, _ ring: LoanRing) {
        self.slot = slot
        self.ring = ring
        errand = SharedErrand(State())
    }

    var isOver: Bool { isSettled.load(ordering: .acquiring) }

    /// Copies some of what is there, unless another thread does.
    ///
    /// - Returns: whether there may be more; false also if another thread sees to it.
    func receive() -> Bool {
        var goesOn = false
        errand.run { goesOn = receive(&$0) }
        return goesOn
    }

    private func receive(_ state: inout State) -> Bool {
        if !state.hasBegun {
            state.hasBegun = true
            // What nobody has taken yet must not stand in the way.
            ring.evictAll()
        }
        var goesOn = !isOver
        do throws(RingCorruption) {
            for _ in 0..<Self.mostSteps where goesOn {
                goesOn = try ring.receive(into: &state.receiver) && state.receiver.message == nil
            }
        } catch {
            state.isCorrupt = true
            goesOn = false
        }
        if state.isCorrupt || state.receiver.message != nil { isSettled.store(true, ordering: .releasing) }
        return goesOn
    }

    /// The answer if it is whole.
    ///
    /// - Parameter isLast: whether what is there now is all that comes.
    /// - Returns: nil while it is not whole.
    /// - Throws: when no working worker has written it.
    func take(isLast: Bool = false) throws(RingCorruption) -> RingLoan? {
        // Before that a thread may be copying: it is not waited for, and nobody who comes for more is turned away.
        guard isLast || isOver else { return nil }
        let found = errand.withState { state -> Result<RingLoan?, RingCorruption> in
            if isLast { while receive(&state) {} }
            if state.isCorrupt { return .failure(RingCorruption()) }
            return .success(state.receiver.message.map { RingLoan($0.frame, long: $0.content) })
        }
        return try found.get()
    }
}
