/// A lock that is held for some instructions only, never across a suspension, and what it guards in shared memory.
///
/// Whoever takes it over from a process that was killed meanwhile is told, and puts what it guards in order first.
package struct SharedGuard: Sendable {
    package static let size = LockWord.size

    private let lock: LockWord
    /// How long somebody waits before asking whether the holder lives.
    private static let patience = Duration.milliseconds(2)

    package init(_ mapping: SharedMapping, at offset: Int) {
        lock = LockWord(mapping, at: offset)
    }

    /// Runs the body while no other process, and no other thread, is in one.
    ///
    /// - Parameters:
    ///   - repair: called first when a process died in its body.
    ///   - body: short, and never waits for anything.
    /// - Returns: what the body returns.
    @inline(__always)
    package func withLock<Result>(repair: () -> Void, _ body: () -> Result) -> Result {
        if !lock.acquireIfClean(as: .current) { acquireSlowly(repair) }
        defer { _ = lock.release() }
        return body()
    }

    /// The same where a death leaves nothing to repair.
    @inline(__always)
    package func withLock<Result>(_ body: () -> Result) -> Result {
        withLock(repair: {}, body)
    }

    private func acquireSlowly(_ repair: () -> Void) {
        let me = ProcessStamp.current
        var looks = 0
        while true {
            var attempt = lock.tryAcquire(as: me, contended: looks > Self.looks)
            if attempt == .held {
                looks += 1
                if looks <= Self.looks {
                    Processor.pause()
                } else if let value = lock.announceSleeper(),
                    !lock.signal.wait(while: value, until: .after(Self.patience))
                {
                    attempt = lock.takeOver(as: me)
                }
            }
            switch attempt {
            case .acquired:
                return
            case .acquiredAfterDeath:
                repair()
                return lock.repaired()
            case .held:
                continue
            case .unrecoverable:
                // A guard is repaired before it is released, so no working program gets here.
                fatalError("the memory that processes share is damaged")
            }
        }
    }

    private static let looks = 200
}
