import MultiprocessingCore
import Synchronization

extension PoolCore {
    /// Nanoseconds after which the pool finds out whether visitors still come.
    private static let tick = Duration.microseconds(500)

    /// Looks for results for a bounded moment, about the cost of being woken, until `isDone` holds.
    ///
    /// - Returns: whether `isDone` holds; if not, the caller suspends and is resumed by whoever looks next.
    func look(until isDone: () -> Bool) -> Bool {
        let budget = attention.budget
        guard budget > 0 else { return nap(until: isDone) }
        changeVigil { $0.lookBegan() }
        var isFound = false
        defer { changeVigil { $0.lookEnded(isVisitor: isFound) } }
        if doorbell.isRinging(workers: seats) { pump() }
        isFound = isDone()
        if isFound { return true }
        let expectsSoon = budget == attention.maximum
        let end = Deadline.now.nanoseconds + budget
        var looks = 0
        while true {
            looks += 1
            if looks % 8 == 0 {
                guard Deadline.now.nanoseconds < end else {
                    attention.wasted()
                    return false
                }
                // The worker may have been put on this processor; one that works for long would keep it.
                if expectsSoon { Processor.yield() }
            }
            Processor.pause()
            if doorbell.isRinging(workers: seats) { pump() }
            isFound = isDone()
            if isFound {
                attention.paid()
                return true
            }
        }
    }

    /// With one processor, the moment is left to the worker: it may be done when the caller gets it back.
    private func nap(until isDone: () -> Bool) -> Bool {
        changeVigil { $0.lookBegan() }
        defer { changeVigil { $0.lookEnded(isVisitor: false) } }
        for _ in 0..<4 {
            if isDone() { return true }
            Processor.yield()
            if doorbell.isRinging(workers: seats) { pump() }
        }
        return isDone()
    }

    /// Takes in what is there, in passing, from a thread that comes again and again.
    func visit() {
        guard doorbell.isRinging(workers: seats) else { return }
        changeVigil { $0.visited() }
        pump()
    }

    /// Somebody goes to sleep until something comes from a worker.
    func sleepBegan() { changeVigil { $0.sleepBegan() } }

    /// Somebody who slept has what he waited for, or has given up.
    func sleepEnded() { changeVigil { $0.sleepEnded() } }

    /// A worker has woken the poller's thread: reads everything, and goes on for as long as more comes.
    func doorbellRang() {
        doorbell.acknowledge()
        let duty = changeVigil { $0.rang() }
        guard duty == .look else {
            if doorbell.isRinging(workers: seats) { pump() }
            return beginTickingVigil()
        }
        watch()
        if changeVigil({ $0.watchEnded() }) { beginTickingVigil() }
    }

    /// Looks until nothing has come for a moment, or others look.
    private func watch() {
        let start = Deadline.now.nanoseconds
        var lastNews = start
        var news = 0
        while true {
            if doorbell.isRinging(workers: seats) {
                pump()
                lastNews = Deadline.now.nanoseconds
                news += 1
            }
            let now = Deadline.now.nanoseconds
            // Others wait for the poller's thread too, so even a busy pool gives it back now and then.
            guard now - lastNews < watchAttention.budget, now - start < 1_000_000 else {
                // What has woken it would have come without a watch.
                return news > 1 ? watchAttention.paid() : watchAttention.wasted()
            }
            if vigil.withLock({ $0.hasOthers }) { return }
            for _ in 0..<32 { Processor.pause() }
        }
    }

    private func beginTickingVigil() {
        if vigil.withLock({ $0.beginsTicking() }) { tickVigil() }
    }

    private func tickVigil() {
        Poller.shared.schedule(at: .after(Self.tick)) { [weak self] in
            guard let self, changeVigil({ $0.ticked() }) else { return }
            if doorbell.isRinging(workers: seats) { pump() }
            tickVigil()
        }
    }

    /// Changes the vigil, and lets the workers know what follows from it.
    @discardableResult
    func changeVigil<R: Sendable>(_ body: (inout Vigil) -> R) -> R {
        let (result, mustLook) = vigil.withLock { vigil in
            let before = vigil.needsWaking
            let result = body(&vigil)
            let after = vigil.needsWaking
            guard before != after else { return (result, false) }
            if after { doorbell.parentWillSleep() } else { doorbell.parentIsLooking() }
            return (result, after)
        }
        // What was written before a worker could see that, wakes nobody.
        if mustLook, doorbell.isRinging(workers: seats) { pump() }
        return result
    }
}
