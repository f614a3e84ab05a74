/// `SemaphoreState`, with the waits of `WaitLine.waitBlocking`: each actor is a process that takes a permit and gives
/// it back.
struct SemaphoreModel: GuardedModel {
    var rounds = 1
    var marksGoBack = false
    private static let total = 1
    private static let free = 14
    private static let held = 16

    // An actor's numbers: place, what it found, rounds left, and for an attempt: 0 the first, 1 the last before a
    // sleep, 2 one after `settle`, 3 within `settle`.
    let asleep = 7
    var start: Cells {
        Cells().with { cells in
            cells[Self.free] = Self.total
            for actor in Self.actors { cells[actor, 2] = rounds }
        }
    }

    func tick(_ actor: Int, in cells: Cells) -> Cells { cells.with { $0[actor, 0] = 8 } }

    private func heldTogether(_ cells: Cells) -> Int { Self.actors.reduce(0) { $0 + cells[Self.held + $1] } }

    func repair(_ cells: Cells) -> Cells? {
        // Its only store.
        let free = Self.total - heldTogether(cells)
        return cells[Self.free] == free ? nil : cells.with { $0[Self.free] = free }
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
        let mine = Self.held + actor
        let lost = Self.actors.first { isDead($0, in: cells) && cells[Self.held + $0] > 0 }
        switch cells[actor, 0] {
        case 0: return enter(actor, 1, in: cells)  // acquire
        case 1:
            if cells[Self.free] > 0 { return to(2) { $0[mine] += 1 } }
            return to(cells[actor, 3] == 1 ? 6 : 4) { $0[Guarded.holder] = 0 }
        case 2: return to(3) { $0[Self.free] -= 1 }
        case 3: return to(10) { $0[Guarded.holder] = 0 }
        case 4: return loadSignal(actor, 5, in: cells)
        case 5: return storeMark(actor, 0, in: cells)
        case 6: return sleep(actor, orBackTo: 4, in: cells)
        case 8:  // settle
            if lost == nil { return to(0) { $0[actor, 3] = 2 } }
            return enter(actor, 9, in: cells).map { $0.with { $0[actor, 3] = 3 } }
        case 9:
            if let lost { return to(9) { $0[Self.held + lost] = 0 } }
            return to(14) { $0[Self.free] = Self.total - heldTogether(cells) }
        case 14: return to(Guarded.wake) { $0[Guarded.holder] = 0 }
        case 10: return enter(actor, 11, in: cells)  // release
        case 11: return to(12) { $0[mine] -= 1 }
        case 12: return to(13) { $0[Self.free] += 1 }
        case 13:
            return to(Guarded.wake) {
                $0[Guarded.holder] = 0
                $0[actor, 3] = 0
            }
        case 15:  // after a wake
            if cells[actor, 3] == 3 { return to(0) { $0[actor, 3] = 2 } }
            return cells[actor, 2] > 1 ? to(0) { $0[actor, 2] -= 1 } : to(Self.done) { $0[actor, 1] = 0 }
        case Guarded.wake...(Guarded.wake + 3): return wakeStep(actor, 1, in: cells, to: 0, then: 15)
        default: return []
        }
    }

    func isFinal(_ cells: Cells) -> Bool { Self.actors.allSatisfy { hasEnded($0, in: cells) } }

    func violation(in cells: Cells) -> String? {
        if Self.actors.count(where: { cells[$0, 0] == 10 }) > Self.total { return "a permit was made up" }
        guard cells[Guarded.holder] == 0 else { return nil }
        return cells[Self.free] + heldTogether(cells) == Self.total ? nil : "permits are not conserved"
    }
}
