/// `ConditionState`, with the waits of `WaitLine.waitBlocking`: the first two actors wait, the third notifies one.
struct ConditionModel: GuardedModel {
    private static let waiters = 0..<2
    /// How many wait of each process, and how many of these are notified: `MemberTable.first` and `second`.
    private static let (first, second) = (14, 16)
    private static let (handed, taken) = (21, 22)

    // An actor's numbers: place, what it found, whether `settle` has something to tell, and whether the next attempt
    // is the last before a sleep.
    let asleep = 10
    let start = Cells()

    func tick(_ actor: Int, in cells: Cells) -> Cells { cells.with { $0[actor, 0] = 11 } }
    func repair(_ cells: Cells) -> Cells? { nil }

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
        /// `hand(out: 1)`, whosever turn it is.
        func hand(_ place: Int, toDead: Bool) -> [Cells] {
            let candidates = Self.waiters.filter { waiter in
                cells[Self.first + waiter] > cells[Self.second + waiter]
                    && (toDead || !isDead(waiter, in: cells))
            }
            if candidates.isEmpty { return to(place) { _ in } }
            return candidates.flatMap { waiter in
                to(place) {
                    $0[Self.second + waiter] += 1
                    $0[Self.handed] = 1
                    $0[actor, 2] = 1
                }
            }
        }
        if actor == 2 {
            switch cells[actor, 0] {
            case 0:  // notify, once those who can have begun to wait
                let isReady = Self.waiters.allSatisfy { cells[Self.first + $0] > 0 || isDead($0, in: cells) }
                return isReady ? enter(actor, 1, in: cells) : []
            case 1: return hand(2, toDead: true)
            case 2: return to(Guarded.wake) { $0[Guarded.holder] = 0 }
            case Guarded.wake...(Guarded.wake + 3):
                return wakeStep(actor, 3, in: cells, to: 3, then: Self.done)
            default: return []
            }
        }
        let gone = Self.waiters.first { isDead($0, in: cells) && cells[Self.first + $0] > 0 }
        switch cells[actor, 0] {
        case 0: return enter(actor, 1, in: cells)  // enter
        case 1: return to(2) { $0[Self.first + actor] = 1 }
        case 2: return to(3) { $0[Guarded.holder] = 0 }
        case 3: return enter(actor, 4, in: cells)  // take
        case 4:
            guard cells[Self.second + actor] > 0 else {
                return to(cells[actor, 3] == 1 ? 7 : 5) { $0[Guarded.holder] = 0 }
            }
            return to(8) {
                $0[Self.second + actor] -= 1
                $0[Self.taken] += 1
            }
        case 8: return to(9) { $0[Self.first + actor] = 0 }
        case 9: return to(Self.done) { $0[Guarded.holder] = 0 }
        case 5: return loadSignal(actor, 6, in: cells)
        case 6: return storeMark(actor, 3, in: cells)
        case 7: return sleep(actor, orBackTo: 5, in: cells)
        case 11:  // settle
            guard gone != nil else { return to(3) { $0[actor, 3] = 0 } }
            return enter(actor, 12, in: cells).map { $0.with { $0[actor, 2] = 0 } }
        case 12:
            guard let gone else { return to(14) { _ in } }
            let isLost = cells[Self.second + gone] > 0
            return isLost ? hand(13, toDead: false) : to(13) { _ in }
        case 13:
            return to(14) { cells in
                guard let gone else { return }
                cells[Self.first + gone] = 0
                cells[Self.second + gone] = 0
            }
        case 14:
            return to(cells[actor, 2] == 1 ? Guarded.wake : 3) {
                $0[Guarded.holder] = 0
                $0[actor, 3] = 0
            }
        case Guarded.wake...(Guarded.wake + 3): return wakeStep(actor, 3, in: cells, to: 3, then: 3)
        default: return []
        }
    }

    func isFinal(_ cells: Cells) -> Bool {
        // Who was not notified may sleep on, but no notification may be left beside a sleeper.
        let alive = Self.waiters.filter { !hasEnded($0, in: cells) }
        return hasEnded(2, in: cells) && alive.allSatisfy { cells[$0, 0] == asleep }
            && (alive.isEmpty || cells[Self.handed] == 0 || cells[Self.taken] > 0)
    }

    func violation(in cells: Cells) -> String? { nil }
}
