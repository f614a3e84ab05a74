/// ``BarrierState`` with sleepers at its ``EventCount``: three parties arrive, the last one acts and opens.
struct BarrierModel: SteppedAlgorithm {
    enum Phase: Hashable { case filling, acting, broken, ending }

    enum Place: Hashable {
        /// `arrive`: before the guard, then inside.
        case arrive
        case join
        case addArrival
        case startActing
        case leaveArrived
        case leaveActing
        case leaveBroken
        /// `open`: before the guard, then inside.
        case open
        case beginEnding
        case clear(Int)
        case begin
        case leaveOpened
        /// `outcome`: a look, and a sleep if there is none.
        case wait(seen: UInt8?)
        case announce
        case mark(seen: UInt8)
        case sleep(seen: UInt8)
        case asleep
        /// The tick: `settle`, before the guard, then inside.
        case settle
        case breakUp
        case leaveBrokenUp
        case lookAtMark(passed: Bool)
        case count(passed: Bool, mark: UInt8)
        case wakeAll(passed: Bool, mark: UInt8)
        case passed
        case failed
        case dead
    }

    struct State: GuardedState {
        var holder: UInt8 = 0
        var mustRepair = false
        var generation: UInt8 = 0
        var phase = Phase.filling
        var arrived: [UInt8] = [0, 0, 0]
        var isParty = [false, false, false]
        var changes = EventCountModel()
        var places: [Place] = [.arrive, .arrive, .arrive]
        var deaths: UInt8 = 0
        var actions: UInt8 = 0
    }

    let start = State()
    var mostDeaths: UInt8 = 2
    var hasTicks = true

    let dead = Place.dead

    func hasEnded(_ place: Place) -> Bool { place == .passed || place == .failed || place == .dead }

    /// A party that dies before it was one is not missed: programs have limits of time for that.
    func isMortal(_ actor: Int, in state: State) -> Bool { state.isParty[actor] }

    func steps(of actor: Int, in state: State) -> [State] {
        var next = state
        if state.mustRepair, state.holder == UInt8(actor + 1) { return [repaired(state)] }
        func go(_ place: Place) -> [State] {
            next.places[actor] = place
            return [next]
        }
        func leave(_ place: Place) -> [State] {
            next.holder = 0
            return go(place)
        }
        switch state.places[actor] {
        case .arrive: return enter(actor, state, then: .join)
        case .join:
            if state.phase == .broken { return go(.leaveBroken) }
            next.isParty[actor] = true
            return go(.addArrival)
        case .addArrival:
            next.arrived[actor] = 1
            return go(next.arrived.reduce(0, +) == 3 ? .startActing : .leaveArrived)
        case .startActing:
            next.phase = .acting
            return go(.leaveActing)
        case .leaveArrived: return leave(.wait(seen: nil))
        case .leaveActing:
            next.actions += 1
            return leave(.open)
        case .leaveBroken: return leave(.failed)
        case .open: return enter(actor, state, then: .beginEnding)
        case .beginEnding:
            guard state.phase == .acting else { return go(.leaveBroken) }
            next.phase = .ending
            return go(.clear(0))
        case .clear(let seat):
            next.arrived[seat] = 0
            return go(seat == 2 ? .begin : .clear(seat + 1))
        case .begin:
            next.generation += 1
            next.phase = .filling
            return go(.leaveOpened)
        case .leaveOpened: return leave(.lookAtMark(passed: true))
        case .wait(let seen):
            if state.generation > 0 { return go(.passed) }
            if state.phase == .broken { return go(.failed) }
            if let seen { return go(.sleep(seen: seen)) }
            return go(.announce)
        case .announce: return go(.mark(seen: state.changes.number))
        case .mark(let seen):
            next.changes.raiseMark(seen)
            return go(.wait(seen: seen))
        case .sleep(let seen): return go(state.changes.number == seen ? .asleep : .wait(seen: nil))
        case .asleep: return hasTicks ? go(.settle) : []
        case .settle:
            let isAnyoneDead = state.places.indices.contains {
                state.places[$0] == .dead && state.isParty[$0]
            }
            return isAnyoneDead ? enter(actor, state, then: .breakUp) : go(.wait(seen: nil))
        case .breakUp:
            // What has passed has passed; the barrier is broken for the next time.
            next.phase = .broken
            for dead in state.places.indices where state.places[dead] == .dead {
                next.isParty[dead] = false
                next.arrived[dead] = 0
            }
            return go(.leaveBrokenUp)
        case .leaveBrokenUp: return leave(.lookAtMark(passed: false))
        case .lookAtMark(let passed):
            return state.changes.mark == 0
                ? finish(passed, actor, next) : go(.count(passed: passed, mark: state.changes.mark))
        case .count(let passed, let mark):
            next.changes.advance()
            return go(.wakeAll(passed: passed, mark: mark))
        case .wakeAll(let passed, let mark):
            for sleeper in state.places.indices where state.places[sleeper] == .asleep {
                next.places[sleeper] = .wait(seen: nil)
            }
            if state.changes.mark == mark { next.changes.mark = 0 }
            return finish(passed, actor, next)
        case .passed, .failed, .dead: return []
        }
    }

    /// `repair`: goes on with an ending that was begun.
    private func repaired(_ state: State) -> State {
        var next = state
        next.mustRepair = false
        if state.phase == .ending {
            next.arrived = [0, 0, 0]
            next.generation += 1
            next.phase = .filling
        }
        return next
    }

    private func finish(_ passed: Bool, _ actor: Int, _ state: State) -> [State] {
        var next = state
        next.places[actor] = passed ? .passed : .wait(seen: nil)
        return [next]
    }

    func violation(in state: State) -> String? {
        if state.actions > 1 { return "the action ran twice" }
        if state.places.contains(.passed), state.actions == 0 { return "somebody passed before the action" }
        return nil
    }

    func isFinal(_ state: State) -> Bool {
        let living = state.places.filter { $0 != .dead }
        guard living.allSatisfy({ $0 == .passed || $0 == .failed }) else { return false }
        // Without a death everybody passes; and nobody fails once somebody has passed.
        if state.deaths == 0 { return living.allSatisfy { $0 == .passed } }
        return true
    }
}
