/// ``SemaphoreState`` with sleepers at its ``EventCount``: each actor takes a permit and gives it back, some times.
struct SemaphoreModel: SteppedAlgorithm {
    enum Place: Hashable {
        /// Before the guard, for the first attempt, or for the last one before the sleep.
        case take(seen: UInt8?)
        /// In the guard: looks at what is free, and writes down what it holds.
        case hold(seen: UInt8?)
        case subtract
        case leaveWithPermit
        case leaveWithout(seen: UInt8?)
        case announce
        case mark(seen: UInt8)
        case sleep(seen: UInt8)
        case asleep
        /// The tick: before the guard, then inside, once for each dead member and once for what follows.
        case settle
        case forget
        case recount
        case leaveSettled
        case permitted
        /// Before the guard, then inside.
        case give
        case unhold
        case add
        case leaveGiven
        /// `wake`: looks at the mark, counts up, wakes, takes the mark away.
        case lookAtMark
        case count(mark: UInt8)
        case wake(mark: UInt8)
        case unmark(mark: UInt8)
        case done
        case dead
    }

    struct State: GuardedState {
        var holder: UInt8 = 0
        var mustRepair = false
        var free: Int8
        let total: Int8
        var held: [Int8] = [0, 0, 0]
        var changes = EventCountModel()
        var places: [Place] = [.take(seen: nil), .take(seen: nil), .take(seen: nil)]
        var rounds: [UInt8]
        var deaths: UInt8 = 0
    }

    let start: State
    var mostDeaths: UInt8 = 2
    /// Whether sleepers look again after a moment.
    var hasTicks = true

    init(permits: Int8, rounds: [UInt8]) {
        start = State(free: permits, total: permits, rounds: rounds)
    }

    let dead = Place.dead

    func hasEnded(_ place: Place) -> Bool { place == .done || place == .dead }

    func steps(of actor: Int, in state: State) -> [State] {
        var next = state
        if state.mustRepair, state.holder == UInt8(actor + 1) {
            next.free = state.total - state.held.reduce(0, +)
            next.mustRepair = false
            return [next]
        }
        func go(_ place: Place) -> [State] {
            next.places[actor] = place
            return [next]
        }
        func leave(_ place: Place) -> [State] {
            next.holder = 0
            return go(place)
        }
        switch state.places[actor] {
        case .take(let seen): return enter(actor, state, then: .hold(seen: seen))
        case .hold(let seen):
            guard state.free > 0 else { return go(.leaveWithout(seen: seen)) }
            next.held[actor] += 1
            return go(.subtract)
        case .subtract:
            next.free -= 1
            return go(.leaveWithPermit)
        case .leaveWithPermit: return leave(.permitted)
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
                state.places[$0] == .dead && state.held[$0] > 0
            }
            return isAnyoneDead ? enter(actor, state, then: .forget) : go(.take(seen: nil))
        case .forget:
            guard
                let dead = state.places.indices.first(where: {
                    state.places[$0] == .dead && state.held[$0] > 0
                })
            else { return go(.recount) }
            next.held[dead] = 0
            return go(.forget)
        case .recount:
            next.free = state.total - state.held.reduce(0, +)
            return go(.leaveSettled)
        case .leaveSettled: return leave(.lookAtMark)
        case .permitted: return go(.give)
        case .give: return enter(actor, state, then: .unhold)
        case .unhold:
            next.held[actor] -= 1
            return go(.add)
        case .add:
            next.free += 1
            return go(.leaveGiven)
        case .leaveGiven:
            next.rounds[actor] -= 1
            return leave(.lookAtMark)
        case .lookAtMark:
            return state.changes.mark == 0 ? finish(actor, next) : go(.count(mark: state.changes.mark))
        case .count(let mark):
            next.changes.advance()
            return go(.wake(mark: mark))
        case .wake(let mark):
            let sleepers = state.places.indices.filter { state.places[$0] == .asleep }
            guard !sleepers.isEmpty else { return go(.unmark(mark: mark)) }
            return sleepers.flatMap { sleeper in
                var woken = next
                woken.places[sleeper] = .take(seen: nil)
                return finish(actor, woken)
            }
        case .unmark(let mark):
            if state.changes.mark == mark { next.changes.mark = 0 }
            return finish(actor, next)
        case .done, .dead: return []
        }
    }

    private func finish(_ actor: Int, _ state: State) -> [State] {
        var next = state
        next.places[actor] = next.rounds[actor] == 0 ? .done : .take(seen: nil)
        return [next]
    }

    func violation(in state: State) -> String? {
        let permitted = state.places.filter { $0 == .permitted }.count
        if permitted > Int(state.total) { return "more permits than there are" }
        guard state.holder == 0 else { return nil }
        // Outside of the guard everything adds up, whoever was killed.
        return state.free + state.held.reduce(0, +) == state.total ? nil : "permits were lost or made"
    }

}
