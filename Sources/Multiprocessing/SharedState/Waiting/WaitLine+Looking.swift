import MultiprocessingCore

extension WaitLine {
    /// Looks for a moment, about the cost of being woken, before the task goes to sleep.
    func look(_ attempt: Attempt) -> Grant? {
        let budget = attention.budget
        guard budget > 0 else { return nap(attempt) }
        let end = Deadline.now.nanoseconds + budget
        var looks = 0
        while true {
            if place.isPromising(), let grant = attempt(.arrival) {
                attention.paid()
                return grant
            }
            looks += 1
            if looks % 32 == 0, Deadline.now.nanoseconds > end {
                attention.wasted()
                return nil
            }
            // If nothing has come so far, whoever is to change something may wait for this very processor.
            if looks == 64 || looks == 512 { Processor.yield() } else { Processor.pause() }
        }
    }

    /// With one processor, the moment is left to the others.
    private func nap(_ attempt: Attempt) -> Grant? {
        // Whoever is to change something may just wait for the processor; then nobody needs to sleep and be woken.
        for _ in 0..<4 {
            Processor.yield()
            if place.isPromising(), let grant = attempt(.arrival) { return grant }
        }
        guard let (word, value) = place.announce(true) else { return attempt(.arrival) }
        if let grant = attempt(.arrival) { return grant }
        word.wait(while: value, until: .after(.microseconds(50)))
        return attempt(.arrival)
    }

    // MARK: Blocking

    /// Waits on the calling thread, which must not be one of the concurrency pool; nil when the limit is over first.
    ///
    /// It does not stand in line: of threads and tasks, whoever comes first takes.
    func waitBlocking(timeout: Duration?, _ attempt: Attempt) -> Grant? {
        if let grant = attempt(.arrival) { return grant }
        let deadline = timeout.map(Deadline.after)
        if let deadline, deadline.hasPassed { return attempt(.tick) }
        for _ in 0..<100 {
            if place.isPromising(), let grant = attempt(.arrival) { return grant }
            Processor.pause()
        }
        while true {
            guard let (word, value) = place.announce(true) else {
                if let grant = attempt(.change) { return grant }
                continue
            }
            if let grant = attempt(.change) { return grant }
            if let deadline, deadline.hasPassed { return attempt(.tick) }
            let tick = Deadline.after(WordWatch.tick)
            let wasWoken = word.wait(while: value, until: min(deadline ?? tick, tick))
            if let grant = attempt(wasWoken ? .change : .tick) { return grant }
        }
    }
}
