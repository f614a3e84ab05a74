/// Which chunk runs, and whether it is cancelled, whichever of the two is known first.
///
/// Pure. A cancellation comes past the ring, so it may come before the chunk has begun to run, or after its end.
struct RunningChunk<Running> {
    /// Cancellations of chunks that have ended meanwhile stay, so only the latest are kept.
    private static var memory: Int { 8 }

    private var current: (chunk: UInt64, running: Running)?
    private var early: [UInt64] = []

    /// What runs now.
    var running: Running? { current?.running }

    /// A chunk begins to run.
    ///
    /// Returns whether it has been cancelled already.
    mutating func begin(_ chunk: UInt64, _ running: Running) -> Bool {
        current = (chunk, running)
        guard let place = early.firstIndex(of: chunk) else { return false }
        early.remove(at: place)
        return true
    }

    /// The chunk that ran is through.
    mutating func end() {
        current = nil
    }

    /// Whatever runs is cancelled, if something does.
    func cancelPresent() -> Running? { current?.running }

    /// A chunk is cancelled; gives out what runs if it is that one.
    mutating func cancel(_ chunk: UInt64) -> Running? {
        if let current, current.chunk == chunk { return current.running }
        if early.count >= Self.memory { early.removeFirst() }
        early.append(chunk)
        return nil
    }
}
