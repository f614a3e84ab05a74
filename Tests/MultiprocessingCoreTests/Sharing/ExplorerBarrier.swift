/// `BarrierState` with three parties, each of which waits once as `BarrierStorage` does.
struct BarrierModel: GuardedModel {
    private enum Phase { static let (filling, acting, broken, ending) = (0, 1, 2, 3) }

    /// The generation times four, and the phase.
    private static let state = 14
    /// `MemberTable.first` of each process, and whether it has a seat.
    private static let (arrived, seat) = (16, 24)
    /// Whether generation 0 ended without passing, and how many have arrived in it at all.
    private static let (reset, arrivals) = (15, 23)

    // An actor's numbers: place, what it found, its outcome (1 passed, 2 broken) or before that its index, and
    // whether the next attempt is the last before a sleep.
    let asleep = 27
    /// All are parties already: who has never waited is nobody's business.
    let start = Cells().with { cells in for actor in Self.actors { cells[Self.seat + actor] = 1 } }

    func tick(_ actor: Int, in cells: Cells) -> Cells { cells.with { $0[actor, 0] = 24 } }

    /// `finishEnding`, a store at a time.
    private func finishEnding(_ cells: Cells) -> Cells {
        if let party = Self.actors.first(where: { cells[Self.arrived + $0] > 0 }) {
            return cells.with { $0[Self.arrived + party] = 0 }
        }
        return cells.with { $0[Self.state] = ($0[Self.state] / 4 + 1) * 4 + Phase.filling }
    }

    func repair(_ cells: Cells) -> Cells? {
        cells[Self.state] % 4 == Phase.ending ? finishEnding(cells) : nil
    }

    func steps(of actor: Int, in cells: Cells) -> [Cells] {
        if let step = repairStep(actor, in: cells) { return step }
        func to(_ place: Int, _ change: (inout Cells) -> Void) -> [Cells] {
            [
                cells.with {
                    $0[actor, 0] = place
                    change(&$0)
                }
            ]
        }
        func end(_ outcome: Int) -> [Cells] {
            to(Self.done) {
                if $0[Guarded.holder] == actor + 1 { $0[Guarded.holder] = 0 }
                $0[actor, 2] = outcome
                $0[actor, 1] = 0
                $0[actor, 3] = 0
            }
        }
        let (generation, phase) = (cells[Self.state] / 4, cells[Self.state] % 4)
        let gone = Self.actors.first { isDead($0, in: cells) && cells[Self.seat + $0] > 0 }
        switch cells[actor, 0] {
        case 0: return enter(actor, 1, in: cells)  // arrive
        case 1:
            if phase == Phase.broken { return end(2) }
            return to(2) { cells in
                cells[actor, 2] = Self.actors.reduce(0) { $0 + cells[Self.arrived + $1] }
                cells[Self.seat + actor] = 1
            }
        case 2:
            return to(cells[actor, 2] == 2 ? 3 : 4) {
                $0[Self.arrived + actor] += 1
                $0[Self.arrivals] += 1
            }
        case 3: return to(4) { $0[Self.state] = generation * 4 + Phase.acting }
        case 4:
            return to(cells[actor, 2] == 2 ? 6 : 10) {
                $0[Guarded.holder] = 0
                $0[actor, 2] = 0
            }
        case 6: return enter(actor, 7, in: cells)  // open
        case 7: return generation == 0 && phase == Phase.acting ? to(8) { $0[Self.reset] = 0 } : end(2)
        case 8: return to(9) { $0[Self.state] = generation * 4 + Phase.ending }
        case 9:
            if phase == Phase.ending { return [finishEnding(cells)] }
            return to(Guarded.wake) {
                $0[Guarded.holder] = 0
                $0[actor, 2] = 1
            }
        case 10:  // mayHaveEnded
            if generation != 0 || phase == Phase.broken { return to(11) { _ in } }
            return to(cells[actor, 3] == 1 ? 14 : 12) { _ in }
        case 11: return enter(actor, 15, in: cells)  // outcome
        case 15:
            if generation == 0, phase != Phase.broken {
                return to(12) {
                    $0[Guarded.holder] = 0
                    $0[actor, 3] = 0
                }
            }
            return end(generation != 0 && cells[Self.reset] == 0 ? 1 : 2)
        case 12: return loadSignal(actor, 13, in: cells)
        case 13: return storeMark(actor, 10, in: cells)
        case 14: return sleep(actor, orBackTo: 12, in: cells)
        case 24:  // settle
            guard gone != nil else { return to(10) { $0[actor, 3] = 0 } }
            return enter(actor, 25, in: cells)
        case 25: return to(26) { $0[Self.state] = generation * 4 + Phase.broken }
        case 26:
            if let gone {
                return to(26) {
                    $0[Self.seat + gone] = 0
                    $0[Self.arrived + gone] = 0
                }
            }
            return to(Guarded.wake) {
                $0[Guarded.holder] = 0
                $0[actor, 3] = 0
            }
        case Guarded.wake...(Guarded.wake + 3):
            return wakeStep(actor, 3, in: cells, to: 10, then: cells[actor, 2] == 1 ? Self.done : 10)
        default: return []
        }
    }

    func isFinal(_ cells: Cells) -> Bool { Self.actors.allSatisfy { hasEnded($0, in: cells) } }

    func violation(in cells: Cells) -> String? {
        let outcomes = Self.actors.filter { cells[$0, 0] == Self.done }.map { cells[$0, 2] }
        if outcomes.contains(1), cells[Self.arrivals] < 3 { return "a party passed before all had come" }
        return outcomes.contains(1) && outcomes.contains(2) ? "some passed and others did not" : nil
    }
}
