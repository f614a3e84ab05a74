// How many workers there are, and which of them.
//
// All of this is decided from what the seats say now, never from a number of things that are expected to happen.
extension PoolMachine {
    /// Whether there are workers that may leave when they have nothing to do.
    var hasSurplus: Bool { phase == .open && freshCount > minimum }

    /// Whether all workers that there may be are there and prepared.
    var isWarm: Bool { seats.count { $0.isReady && $0.stage.isFresh } >= target }

    /// Lets workers leave, take their places and come, until there are as many as there should be.
    mutating func arrange(_ actions: inout [Action]) {
        guard phase == .open || phase == .draining && !isIdle else { return }
        relieve(&actions)
        while onDutyCount < target, let seat = standby { move(seat, to: .working) }
        while seats.count(where: { $0.stage.isFresh && !$0.isDue })
            < (isWarmingUp ? target : min(minimum, target))
        {
            guard orderWorker(&actions) else { break }
        }
        dispatch(&actions)
        feedIdle(&actions)
    }

    /// The worker that is next to take a place: one that is ready, if there is one.
    private var standby: Int? {
        seats.firstIndex { $0.stage == .standby && $0.isReady }
            ?? seats.firstIndex { $0.stage == .standby }
    }

    /// Lets those leave that are due, as far as enough others are there.
    private mutating func relieve(_ actions: inout [Action]) {
        guard seats.contains(where: \.isDue) else { return }
        var present = seats.count {
            !$0.isDue && ($0.stage == .working || $0.stage == .standby && $0.isReady)
        }
        // Without room for another, one has to leave first.
        let isStuck =
            takenCount >= min(2 * target, seatLimit)
            && seats.allSatisfy { $0.stage == .empty || $0.stage == .working }
        if isStuck { present += 1 }
        for seat in seats.indices where seats[seat].isDue && seats[seat].stage.isFresh {
            if seats[seat].stage == .standby || present >= min(minimum, target) {
                retire(seat, &actions)
            } else {
                present += 1
            }
        }
    }

    /// The worker is to be replaced: it works on until the next one is ready.
    mutating func becomeDue(_ due: [Int], _ actions: inout [Action]) {
        for seat in due where seats[seat].stage.isFresh { seats[seat].isDue = true }
        arrange(&actions)
    }

    /// Changes how many workers there are: surplus ones leave when they have done what they hold.
    mutating func resize(to count: Int, minimum: Int, _ actions: inout [Action]) {
        guard phase == .open else { return }
        target = count
        self.minimum = min(minimum, count)
        // Those that wait leave first, then those with the least to do.
        let candidates =
            seats.indices.filter { seats[$0].stage == .standby }
            + seats.indices.filter { seats[$0].stage == .working }
            .sorted {
                seats[$0].order.count + seats[$0].own.size < seats[$1].order.count + seats[$1].own.size
            }
        for seat in candidates where freshCount > target { retire(seat, &actions) }
        arrange(&actions)
    }

    /// So much time has passed that a worker which got nothing in it has nothing to do here.
    mutating func idleTimePassed(_ actions: inout [Action]) {
        for seat in seats.indices where hasSurplus && seats[seat].isQuiet && seats[seat].isIdle {
            // One that has not begun yet was started for a reason.
            if seats[seat].isReady, !isWarmingUp { retire(seat, &actions) }
        }
        for seat in seats.indices { seats[seat].isQuiet = true }
        arrange(&actions)
    }
}
