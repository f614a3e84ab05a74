import MultiprocessingCore

extension PoolCore {
    /// Looks for results for a bounded moment, about the cost of being woken, until `isDone` holds.
    ///
    /// - Returns: whether `isDone` holds; if not, the caller suspends and is resumed by whoever looks next.
    func look(until isDone: () -> Bool) -> Bool {
        let budget = attention.budget
        guard budget > 0 else { return nap(until: isDone) }
        doorbell.parentIsLooking()
        defer { goToSleep() }
        let end = Deadline.now.nanoseconds + budget
        var looks = 0
        while true {
            if doorbell.isRinging(workers: seats) { pump() }
            if isDone() {
                attention.paid()
                return true
            }
            looks += 1
            if looks % 32 == 0, Deadline.now.nanoseconds > end {
                attention.wasted()
                return false
            }
            Processor.pause()
        }
    }

    /// With one processor, the moment is left to the worker: it may be done when the caller gets it back.
    private func nap(until isDone: () -> Bool) -> Bool {
        doorbell.parentIsLooking()
        defer { goToSleep() }
        for _ in 0..<4 {
            if isDone() { return true }
            Processor.yield()
            if doorbell.isRinging(workers: seats) { pump() }
        }
        return isDone()
    }

    /// A worker has woken the poller's thread: reads everything, and goes on for as long as more comes.
    func doorbellRang() {
        doorbell.acknowledge()
        doorbell.parentIsLooking()
        defer { goToSleep() }
        let start = Deadline.now.nanoseconds
        var lastNews = start
        while true {
            if doorbell.isRinging(workers: seats) {
                pump()
                lastNews = Deadline.now.nanoseconds
            }
            let now = Deadline.now.nanoseconds
            // Others wait for the poller's thread too, so even a busy pool gives it back now and then.
            guard now - lastNews < attention.budget, now - start < 1_000_000 else { return }
            for _ in 0..<32 { Processor.pause() }
        }
    }

    /// From now on a worker that writes wakes the poller; what was written meanwhile is read first.
    private func goToSleep() {
        while true {
            doorbell.parentWillSleep()
            guard doorbell.isRinging(workers: seats) else { return }
            doorbell.parentIsLooking()
            pump()
        }
    }
}
