/// What becomes of a chunk whose worker died.
///
/// Pure: it counts items from the chunk's first.
struct ChunkSettlement: Equatable {
    /// Items that come out as lost; the last of them is the one that ran.
    var lost: Range<Int>
    /// Items that run again, in this order.
    var again: [Range<Int>]
    /// How many workers the item that ran has ended; 0 when none was running.
    var deaths = 0
    var isQuarantined = false

    /// What follows from how far the chunk had come.
    ///
    /// - Parameters:
    ///   - answered: items whose results had come.
    ///   - begun: items that the worker had begun; the last of them was running.
    ///   - count: items of the chunk.
    ///   - policy: what the pool does about deaths.
    ///   - earlier: workers that the running item had ended before.
    ///   - quarantine: so many it may end.
    init(
        answered: Int, begun: Int, count: Int, policy: WorkerDeathPolicy, earlier: Int, quarantine: Int
    ) {
        let begun = min(max(begun, answered), count)
        guard begun > answered else {
            lost = answered..<answered
            again = [answered..<count].filter { !$0.isEmpty }
            return
        }
        deaths = earlier + 1
        guard case .retry(let most) = policy else {
            lost = answered..<begun
            again = [begun..<count].filter { !$0.isEmpty }
            return
        }
        let running = begun - 1
        if deaths <= most, deaths < quarantine {
            lost = answered..<answered
            again = [answered..<count]
        } else {
            // Those before it were done, but their results were lost on the way.
            lost = running..<begun
            again = [answered..<running, begun..<count].filter { !$0.isEmpty }
            isQuarantined = deaths >= quarantine
        }
    }
}
