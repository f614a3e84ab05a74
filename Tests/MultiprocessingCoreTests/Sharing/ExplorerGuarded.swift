/// What the models of guarded objects have in common: a guard, and an event count to sleep on.
///
/// `LockModel` is about the guard itself, so here its holder is one step away from holding it, and from being replaced
/// when it is dead. Everything in its critical section is a step of its own.
protocol GuardedModel: ExplorerModel {
    /// One step of what puts in order what a dead holder left; nil when there is nothing left to do.
    func repair(_ cells: Cells) -> Cells?
    /// As it was once: whoever had looked at the signal long ago put an old mark in place of a later one.
    var marksGoBack: Bool { get }
}

/// Where the models keep what they share, and the places that their programs have in common.
enum Guarded {
    static let holder = 12
    static let needsRepair = 13
    /// `EventCount.signal` and `EventCount.mark`.
    static let signal = 19
    static let mark = 20
    /// `EventCount.wake`: the load of the mark, the addition, the kernel's wake, the clearing of the mark.
    static let wake = 30
}

extension GuardedModel {
    var marksGoBack: Bool { false }

    /// Gets the guard and goes on there; nothing while somebody alive has it.
    func enter(_ actor: Int, _ place: Int, in cells: Cells) -> [Cells] {
        let holder = cells[Guarded.holder]
        guard holder == 0 || isDead(holder - 1, in: cells) else { return [] }
        return [
            cells.with {
                $0[Guarded.holder] = actor + 1
                $0[actor, 0] = place
                if holder != 0 { $0[Guarded.needsRepair] = 1 }
            }
        ]
    }

    /// The step of a repair, if the actor has one to do first.
    func repairStep(_ actor: Int, in cells: Cells) -> [Cells]? {
        guard cells[Guarded.holder] == actor + 1, cells[Guarded.needsRepair] == 1 else { return nil }
        return [repair(cells) ?? cells.with { $0[Guarded.needsRepair] = 0 }]
    }

    /// `EventCount.wake(count)`, at the places from `Guarded.wake` on; number 1 keeps the mark that was found.
    func wakeStep(_ actor: Int, _ count: Int, in cells: Cells, to place: Int, then next: Int) -> [Cells] {
        let mark = cells[Guarded.mark]
        switch cells[actor, 0] - Guarded.wake {
        case 0:
            return [
                cells.with {
                    $0[actor, 0] = mark == 0 ? next : Guarded.wake + 1
                    $0[actor, 1] = mark
                }
            ]
        case 1:
            return [
                cells.with {
                    $0[Guarded.signal] += 1
                    $0[actor, 0] = Guarded.wake + 2
                }
            ]
        case 2:
            return woken(count, in: cells, to: place).map { state, found in
                state.with { $0[actor, 0] = found < count ? Guarded.wake + 3 : next }
            }
        default:
            return [
                cells.with {
                    if mark == $0[actor, 1] { $0[Guarded.mark] = 0 }
                    $0[actor, 0] = next
                }
            ]
        }
    }

    /// `EventCount.announceSleeper`, its load: number 1 keeps the signal.
    func loadSignal(_ actor: Int, _ place: Int, in cells: Cells) -> [Cells] {
        [
            cells.with {
                $0[actor, 1] = $0[Guarded.signal]
                $0[actor, 0] = place
            }
        ]
    }

    /// `EventCount.announceSleeper`, its replacement; number 3 says that the next attempt is the last before the sleep.
    ///
    /// The loop of load and replacement changes the mark at once or not at all, so it is one step.
    func storeMark(_ actor: Int, _ place: Int, in cells: Cells) -> [Cells] {
        [
            cells.with {
                let mine = $0[actor, 1] * 2 + 1
                $0[Guarded.mark] = marksGoBack ? mine : max($0[Guarded.mark], mine)
                $0[actor, 0] = place
                $0[actor, 3] = 1
            }
        ]
    }

    /// `SharedWord.wait`: the kernel compares and lets sleep.
    func sleep(_ actor: Int, orBackTo place: Int, in cells: Cells) -> [Cells] {
        [
            cells.with {
                let sleeps = $0[Guarded.signal] == $0[actor, 1]
                $0[actor, 0] = sleeps ? asleep : place
                if !sleeps { $0[actor, 3] = 0 }
            }
        ]
    }
}
