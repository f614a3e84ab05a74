import MultiprocessingCore
import Synchronization

/// How long it pays to look for a result before going to sleep, learned from what the pool's tasks take.
///
/// Waking a sleeper on another processor costs many times a short task. So a caller looks for its result for
/// about that long; if results come later than that, looking is wasted and soon becomes very short.
final class Attention: Sendable {
    /// About the cost of two wakes between processors, in nanoseconds.
    static let maximum: UInt64 = 60_000
    private static let minimum: UInt64 = 2_000

    private let nanoseconds: Atomic<UInt64>

    init() {
        // With one processor, whoever looks keeps the other side from working.
        nanoseconds = Atomic(Processor.usableCount > 1 ? Self.maximum : 0)
    }

    /// Nanoseconds to look for; 0 to sleep at once.
    var budget: UInt64 { nanoseconds.load(ordering: .relaxed) }

    /// The result came in time.
    func paid() {
        if budget > 0 { nanoseconds.store(Self.maximum, ordering: .relaxed) }
    }

    /// The result did not come in time.
    func wasted() {
        let budget = budget
        if budget > 0 { nanoseconds.store(max(Self.minimum, budget / 2), ordering: .relaxed) }
    }
}
