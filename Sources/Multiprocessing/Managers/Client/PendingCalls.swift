/// The calls that a client waits for: which have been answered, and who is to be told.
///
/// Pure: it knows no continuations' inside and no connections. A call's number names its place and how often that
/// was used before, so that an answer to a call that was given up never reaches its successor.
struct PendingCalls<Reply, Waiter> {
    /// What comes of an answer.
    enum Completion {
        case resume(Waiter)
        /// Whoever made the call will look.
        case kept
        /// Nobody waits for it any more.
        case unwanted
    }

    private enum State {
        case free
        case waiting
        case suspended(Waiter)
        case done(Reply)
    }

    private struct Place {
        var state = State.free
        var generation: UInt32 = 0
    }

    private var places: [Place] = []
    private var free: [Int] = []
    /// Those that somebody has to be woken for.
    private(set) var suspended = 0

    init() {}

    /// Calls that were made and not answered, or whose answers were not taken.
    var count: Int { places.count - free.count }

    /// A number for a call that is about to be made.
    mutating func begin() -> UInt64 {
        let index: Int
        if let used = free.popLast() {
            index = used
        } else {
            index = places.count
            places.append(Place())
        }
        places[index].state = .waiting
        return UInt64(places[index].generation) << 32 | UInt64(index)
    }

    /// An answer has come.
    mutating func complete(_ call: UInt64, _ reply: Reply) -> Completion {
        guard let index = index(of: call) else { return .unwanted }
        switch places[index].state {
        case .suspended(let waiter):
            suspended -= 1
            release(index)
            return .resume(waiter)
        case .waiting:
            places[index].state = .done(reply)
            return .kept
        case .free, .done:
            return .unwanted
        }
    }

    /// Whether the answer has come, and was not taken.
    func isAnswered(_ call: UInt64) -> Bool {
        guard let index = index(of: call), case .done = places[index].state else { return false }
        return true
    }

    /// Takes the answer, if it has come.
    mutating func take(_ call: UInt64) -> Reply? {
        guard let index = index(of: call), case .done(let reply) = places[index].state else { return nil }
        release(index)
        return reply
    }

    /// The caller goes to sleep, unless the answer is there.
    mutating func suspend(_ call: UInt64, _ waiter: Waiter) -> Reply? {
        if let reply = take(call) { return reply }
        guard let index = index(of: call) else { return nil }
        places[index].state = .suspended(waiter)
        suspended += 1
        return nil
    }

    /// The caller gives up; nil when it has been answered.
    mutating func remove(_ call: UInt64) -> Waiter? {
        guard let index = index(of: call), case .suspended(let waiter) = places[index].state else {
            return nil
        }
        suspended -= 1
        release(index)
        return waiter
    }

    /// A call that was not made after all.
    mutating func abandon(_ call: UInt64) {
        if let index = index(of: call) { release(index) }
    }

    /// No more answers come: those who sleep are handed out, and the others get this one.
    mutating func end(with reply: Reply) -> [Waiter] {
        var waiters: [Waiter] = []
        for index in places.indices {
            switch places[index].state {
            case .suspended(let waiter):
                waiters.append(waiter)
                release(index)
            case .waiting:
                places[index].state = .done(reply)
            case .free, .done: break
            }
        }
        suspended = 0
        return waiters
    }

    private func index(of call: UInt64) -> Int? {
        let index = Int(call & 0xffff_ffff)
        guard index < places.count, UInt64(places[index].generation) == call >> 32 else { return nil }
        if case .free = places[index].state { return nil }
        return index
    }

    private mutating func release(_ index: Int) {
        places[index].state = .free
        places[index].generation &+= 1
        free.append(index)
    }
}
