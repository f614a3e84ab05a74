/// Who in the pool's process looks after what the workers write, so that they wake nobody in vain.
///
/// Pure. A thread that looks takes in everything that is there, for all. One that has found what it looked for is a
/// *visitor*: it comes back soon, when it has dealt with that, and waking another thread meanwhile would only take
/// its processor away. So as long as visitors come, and nobody sleeps who has to be woken, the pool relies on them;
/// a tick now and then finds out when they have stopped coming.
struct Vigil {
    /// What the thread does that the workers have woken.
    enum Duty: Equatable {
        /// Takes in what is there, and leaves the rest to the visitors until the next tick.
        case rely
        /// Looks itself, and says when it stops.
        case look
    }

    /// Threads that look now.
    private(set) var lookers = 0
    /// Those who sleep until something comes from a worker.
    private(set) var sleepers = 0
    /// Whether nobody has to be woken because visitors come.
    private(set) var relies = false
    /// Whether a visitor has come since the last tick.
    private(set) var isVisited = false

    /// Whether a tick is to come.
    private var isTicking = false

    /// Whether a worker that writes has to wake somebody.
    var needsWaking: Bool { lookers == 0 && !relies }

    /// A thread begins to look.
    mutating func lookBegan() { lookers += 1 }

    /// A thread has stopped looking.
    ///
    /// - Parameter isVisitor: whether it has found what it looked for, or had something to submit.
    mutating func lookEnded(isVisitor: Bool) {
        lookers -= 1
        if isVisitor { isVisited = true }
    }

    /// A thread has taken in what was there in passing.
    mutating func visited() { isVisited = true }

    /// Somebody goes to sleep until something comes.
    mutating func sleepBegan() {
        sleepers += 1
        relies = false
    }

    /// Somebody has what he slept for, or has given up.
    mutating func sleepEnded() { sleepers -= 1 }

    /// A worker has woken the thread that is there for that.
    mutating func rang() -> Duty {
        guard isAttended else {
            lookBegan()
            return .look
        }
        isVisited = false
        relies = true
        return .rely
    }

    /// The thread that was woken has stopped looking; whether it relies on visitors from here on.
    mutating func watchEnded() -> Bool {
        lookers -= 1
        guard isAttended else { return false }
        isVisited = false
        relies = true
        return true
    }

    /// Visitors are relied on; whether the ticks have to be begun.
    mutating func beginsTicking() -> Bool {
        defer { isTicking = true }
        return !isTicking
    }

    /// Some time has passed; whether the next tick is to come.
    mutating func ticked() -> Bool {
        relies = relies && isAttended
        isVisited = false
        isTicking = relies
        return relies
    }

    /// Whether the thread that looks because it was woken can leave it to others.
    var hasOthers: Bool { sleepers == 0 && (isVisited || lookers > 1) }

    /// Whether others look, or have just looked, and nobody depends on being woken.
    var isAttended: Bool { sleepers == 0 && (isVisited || lookers > 0) }
}
