import Glibc

/// Where a fork waits for a moment at which the copy lacks nothing that other threads have begun.
enum ForkGate {
    /// A copy of this process.
    struct Copy {
        let pid: Int32
        /// Whether threads that slept ran while it was made: it may have caught them at anything.
        let isDisturbed: Bool
    }

    private static let gate = ForkSafeLock()
    // Guarded by the gate.
    private nonisolated(unsafe) static var locks: [ForkSafeLock] = []
    private nonisolated(unsafe) static var patience = QuietMoment.Patience()

    static func register(_ lock: ForkSafeLock) {
        gate.lock()
        unsafe locks.append(lock)
        gate.unlock()
    }

    /// What a start waits for, however many copies it takes.
    static func nextQuietMoment() -> QuietMoment {
        gate.lock()
        defer { gate.unlock() }
        return QuietMoment(since: .now, until: .after(unsafe patience.duration))
    }

    /// Copies the process at a quiet moment, while nobody else holds any lock of the whole process: the copy finds these
    /// free, and no thread in the middle of something short, such as looking up a type under a lock of the runtime's.
    ///
    /// Never waits for one lock while it holds another, so it does not matter in which order others take them.
    ///
    /// - Throws: when the system has no room for the copy.
    static func copyProcess(at moment: QuietMoment, _ body: @escaping () -> Never) throws(SystemError) -> Copy
    {
        while true {
            // The locks are taken only when it looks as if they were needed for no longer than the copy takes.
            while !moment.isNow(.now), !moment.deadline.hasPassed {
                // Nothing tells when a thread has gone to sleep.
                usleep(200)
            }
            gate.lock()
            let all = unsafe locks
            let taken = all.firstIndex { !$0.tryLock() }
            let release = {
                for lock in all[..<(taken ?? all.endIndex)] { lock.unlock() }
                gate.unlock()
            }
            let before = ThreadSurvey.now
            if taken == nil, moment.isNow(before) || moment.deadline.hasPassed {
                defer { release() }
                return try copy(since: before, moment) {
                    release()
                    body()
                }
            }
            release()
            sched_yield()
        }
    }

    private static func copy(
        since before: ThreadSurvey, _ moment: QuietMoment, _ body: @escaping () -> Never
    ) throws(SystemError) -> Copy {
        let pid = try ProcessCopy.make(body)
        let isDisturbed = ThreadSurvey.now.isDisturbed(since: before)
        if !isDisturbed || moment.deadline.hasPassed {
            unsafe patience.learn(hasCome: !isDisturbed && moment.isNow(before))
        }
        return Copy(pid: pid, isDisturbed: isDisturbed)
    }
}
