import MultiprocessingCore
import Synchronization

/// How long it pays to look for a result before going to sleep, learned from what the pool's tasks take.
///
/// Waking a sleeper on another processor costs many times a short task. So a caller looks for its result for
/// about that long; if results come later than that, looking is wasted and soon becomes very short.
final class Attention: Sendable {
    /// About the cost of two wakes between processors, in nanoseconds.
    private static let usual: UInt64 = 60_000
    static let minimum: UInt64 = 2_000
    /// Asked once: the answer takes longer than making a connection, and a wrong one only costs time.
    static let hasOneProcessor = Processor.usableCount <= 1

    let maximum: UInt64
    private let nanoseconds: Atomic<UInt64>
    /// Results in a row that did not come in time.
    private let misses = Atomic<Int>(0)
    /// After so many it is tried again: two sides that both sleep take so long that they seem to be slow for ever.
    private static let patience = 32
    /// Whether there is one processor only: whoever looks has to let the other side work meanwhile.
    let isAlone: Bool

    /// - Parameters:
    ///   - maximum: nanoseconds to look for at most.
    ///   - alone: the same, where there is one processor only.
    init(maximum: UInt64 = Attention.usual, alone: UInt64 = 0) {
        isAlone = Self.hasOneProcessor
        self.maximum = isAlone ? alone : maximum
        nanoseconds = Atomic(self.maximum)
    }

    /// Nanoseconds to look for; 0 to sleep at once.
    var budget: UInt64 { nanoseconds.load(ordering: .relaxed) }

    /// The result came in time.
    func paid() {
        if misses.load(ordering: .relaxed) != 0 { misses.store(0, ordering: .relaxed) }
        if budget != maximum { nanoseconds.store(maximum, ordering: .relaxed) }
    }

    /// The result did not come in time.
    func wasted() {
        let budget = budget
        if misses.add(1, ordering: .relaxed).newValue % Self.patience == 0 {
            nanoseconds.store(maximum, ordering: .relaxed)
        } else if budget > 0 {
            nanoseconds.store(max(Self.minimum, budget / 2), ordering: .relaxed)
        }
    }

    /// The result came after so long, whether somebody looked for it or slept.
    func learn(from waited: UInt64) {
        // Two sleepers who wake each other take about three times as long as two who look.
        waited < 3 * maximum ? paid() : wasted()
    }
}
