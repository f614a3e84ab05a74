extension QueueState {
    /// Nobody puts any more; what is in it can be taken.
    package func finish() {
        flags.insert(Flag.finished)
        wakeAll()
    }

    /// Nobody puts any more, and takers get an error once it is empty, or at once when it is emptied.
    package func shutDown(emptying: Bool) {
        flags.insert(Flag.shutDown)
        if emptying {
            withGuard {
                while let block = try popHead() {
                    CrashPoint.pass("queue.empty.popped")
                    arena.release(block)
                    queued.value = queued.value &- 1
                }
            }
        }
        wakeAll()
    }

    func wakeAll() {
        items.wake(.max)
        space.wake(.max)
        settlements.wake(.max)
    }
}
