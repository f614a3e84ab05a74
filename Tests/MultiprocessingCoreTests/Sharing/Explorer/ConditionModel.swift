/// ``ConditionState`` with sleepers at its ``EventCount``: two actors wait once each, the third notifies one at a time.
struct ConditionModel: SteppedAlgorithm {
    enum Place: Hashable {
        /// `enter`: before the guard, then inside.
        case enter
        case addWaiter
        /// `take`: before the guard, for the first time or for the last before the sleep; then inside.
        case take(seen: UInt8?)
        case look(seen: UInt8?)
        case dropNotification
        case dropWaiter
        case leaveNotified
        case leaveWithout(seen: UInt8?)
        case announce
        case mark(seen: UInt8)
        case sleep(seen: UInt8)
        case asleep
        /// The tick: `settle`, before the guard, then inside.
        case settle
        case handOn
        case forget
        case leaveSettled
        /// `notify`: before the guard, then inside.
        case notify
        case handOut
        case leaveNotifying
        case lookAtMark
        case count(mark: UInt8)
        case wakeAll(mark: UInt8)
        case done
        case dead
    }

    struct State: GuardedState {
        var holder: UInt8 = 0
        /// Nothing has to be repaired: every order of the changes in the guard makes sense.
        var mustRepair = false
        /// How many tasks of each actor wait, and how many of them were notified.
        var waiting: [Int8] = [0, 0, 0]
        var notified: [Int8] = [0, 0, 0]
        var changes = EventCountModel()
        var places: [Place] = [.enter, .enter, .notify]
        var notifications: UInt8 = 2
        var deaths: UInt8 = 0
        /// Who the notifier saw waiting, for whom a notification has to be somewhere until somebody has gone.
        var gone: UInt8 = 0
        var given: UInt8 = 0
    }

    private(set) var start = State()
    let mostDeaths: UInt8
    let hasTicks: Bool

    let dead = Place.dead

    init(mostDeaths: UInt8 = 1, hasTicks: Bool = true, marksGoBack: Bool = false) {
        self.mostDeaths = mostDeaths
        self.hasTicks = hasTicks
        start.changes.marksGoBack = marksGoBack
    }

    func hasEnded(_ place: Place) -> Bool { place == .done || place == .dead }

    /// The notifier has to live: without it nobody would go on, as it should be.
    func isMortal(_ actor: Int, in state: State) -> Bool { actor < 2 }

    func steps(of actor: Int, in state: State) -> [State] {
        var next = state
        func go(_ place: Place) -> [State] {
            next.places[actor] = place
            return [next]
        }
        func leave(_ place: Place) -> [State] {
            next.holder = 0
            return go(place)
        }
        switch state.places[actor] {
        case .enter: return enter(actor, state, then: .addWaiter)
        case .addWaiter:
            next.waiting[actor] += 1
            return leave(.take(seen: nil))
        case .take(let seen): return enter(actor, state, then: .look(seen: seen))
        case .look(let seen):
            return go(state.notified[actor] > 0 ? .dropNotification : .leaveWithout(seen: seen))
        case .dropNotification:
            next.notified[actor] -= 1
            return go(.dropWaiter)
        case .dropWaiter:
            next.waiting[actor] -= 1
            next.gone += 1
            return go(.leaveNotified)
        case .leaveNotified: return leave(.done)
        case .leaveWithout(let seen):
            if let seen { return leave(.sleep(seen: seen)) }
            return leave(.announce)
        case .announce: return go(.mark(seen: state.changes.number))
        case .mark(let seen):
            next.changes.raiseMark(seen)
            return go(.take(seen: seen))
        case .sleep(let seen): return go(state.changes.number == seen ? .asleep : .take(seen: nil))
        case .asleep: return hasTicks ? go(.settle) : []
        case .settle:
            let isAnyoneDead = state.places.indices.contains {
                state.places[$0] == .dead && state.waiting[$0] > 0
            }
            return isAnyoneDead ? enter(actor, state, then: .handOn) : go(.take(seen: nil))
        case .handOn:
            guard let dead = deadMember(state) else { return go(.leaveSettled) }
            // First another gets the notification, then the dead one loses it.
            if state.notified[dead] > 0, let other = candidate(state, besides: dead) {
                next.notified[other] += 1
            }
            return go(.forget)
        case .forget:
            if let dead = deadMember(state) {
                next.notified[dead] = 0
                next.waiting[dead] = 0
            }
            return go(.handOn)
        case .leaveSettled: return leave(.lookAtMark)
        case .notify: return enter(actor, state, then: .handOut)
        case .handOut:
            // Waits, as programs do, until somebody is there to be notified, or all have come and gone.
            if let waiter = candidate(state, besides: nil) {
                next.notified[waiter] += 1
                next.given += 1
                next.notifications -= 1
            } else if state.places[0...1].allSatisfy({ $0 == .done || $0 == .dead }) {
                next.notifications = 0
            }
            return go(.leaveNotifying)
        case .leaveNotifying: return leave(.lookAtMark)
        case .lookAtMark:
            return state.changes.mark == 0 ? finish(actor, next) : go(.count(mark: state.changes.mark))
        case .count(let mark):
            next.changes.advance()
            return go(.wakeAll(mark: mark))
        case .wakeAll(let mark):
            for sleeper in state.places.indices where state.places[sleeper] == .asleep {
                next.places[sleeper] = .take(seen: nil)
            }
            // Fewer slept than there might be, so the mark goes, unless somebody has come meanwhile.
            if state.changes.mark == mark { next.changes.mark = 0 }
            return finish(actor, next)
        case .done, .dead: return []
        }
    }

    /// The dead member whose seat has to be cleared.
    private func deadMember(_ state: State) -> Int? {
        state.places.indices.first { state.places[$0] == .dead && state.waiting[$0] > 0 }
    }

    /// A waiter that was not notified yet.
    private func candidate(_ state: State, besides dead: Int?) -> Int? {
        state.waiting.indices.first { $0 != dead && state.waiting[$0] > state.notified[$0] }
    }

    private func finish(_ actor: Int, _ state: State) -> [State] {
        var next = state
        if actor < 2 {
            next.places[actor] = .take(seen: nil)
        } else {
            next.places[actor] = next.notifications == 0 ? .done : .notify
        }
        return [next]
    }

    func violation(in state: State) -> String? {
        if state.gone > state.given { return "somebody went on without a notification" }
        guard state.holder == 0, state.deaths == 0 else { return nil }
        return zip(state.notified, state.waiting).allSatisfy { $0 <= $1 }
            ? nil : "more were notified than wait"
    }

    /// All who live have gone on; or those who wait were not notified, since the notifications went to the dead.
    func isFinal(_ state: State) -> Bool {
        guard state.places[2] == .done else { return false }
        let living = (0..<2).filter { state.places[$0] != .dead && state.places[$0] != .done }
        if living.isEmpty { return true }
        // A notification that a dead one had taken is gone with it; one that it had not taken must not be.
        return state.deaths > 0
            && state.given == state.gone + UInt8(state.notified.reduce(0, +)) + takenByTheDead(state)
            && state.notified.reduce(0, +) == 0
    }

    private func takenByTheDead(_ state: State) -> UInt8 {
        state.given - state.gone - UInt8(state.notified.reduce(0, +))
    }
}
