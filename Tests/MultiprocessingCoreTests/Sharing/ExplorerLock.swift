/// `LockWord`, with the waits of `WaitLine.waitBlocking` and of `SharedGuard`: each actor is a process that acquires,
/// changes what the lock guards in two steps, and releases.
struct LockModel: ExplorerModel {
    var rounds = 1
    /// As it was once: a guard that was found free when its holder was to be looked for was taken and forgotten.
    var forgetsTakeOver = false

    // The word is 8 times the holder, and its flags. An actor's numbers: place, the word it found, -, rounds left.
    private static let word = 12
    /// Not zero while what the lock guards is half changed.
    private static let torn = 14
    private static let (contended, damaged) = (1, 2)

    let asleep = 6
    var start: Cells {
        Cells().with { cells in for actor in Self.actors { cells[actor, 2] = rounds } }
    }

    func tick(_ actor: Int, in cells: Cells) -> Cells { cells.with { $0[actor, 0] = 7 } }

    func steps(of actor: Int, in cells: Cells) -> [Cells] {
        let me = (actor + 1) * 8
        let (word, found) = (cells[Self.word], cells[actor, 1])
        func to(_ place: Int, _ change: (inout Cells) -> Void = { _ in }) -> [Cells] {
            [
                cells.with {
                    $0[actor, 0] = place
                    change(&$0)
                }
            ]
        }
        func load(_ place: Int) -> [Cells] { to(place) { $0[actor, 1] = word } }
        func replace(with new: Int, _ success: Int, else failure: Int) -> [Cells] {
            word == found ? to(success) { $0[Self.word] = new } : to(failure)
        }
        switch cells[actor, 0] {
        case 0: return word == 0 ? to(10) { $0[Self.word] = me } : to(1)  // acquireIfClean
        case 1: return load(word / 8 == 0 ? 2 : 3)  // tryAcquire: load
        case 2:  // tryAcquire: replace
            return replace(
                with: found | me | Self.contended, found & Self.damaged == 0 ? 10 : 8, else: 1)
        case 3:  // announceSleeper: load
            if word / 8 == 0 { return to(1) }
            return load(word & Self.contended == 0 ? 4 : 5)
        case 4:  // announceSleeper: replace
            guard word == found else { return to(3) }
            return to(5) {
                $0[Self.word] = found | Self.contended
                $0[actor, 1] = found | Self.contended
            }
        case 5: return to(word == found ? asleep : 1)  // SharedWord.wait: the kernel compares and lets sleep
        case 7:  // takeOver: load, and ask after the holder
            if word / 8 == 0 {
                guard forgetsTakeOver else { return to(1) }
                return to(3) { $0[Self.word] = word | me | Self.contended }
            }
            return isDead(word / 8 - 1, in: cells) ? load(9) : to(1)
        case 9: return replace(with: me | Self.damaged | Self.contended, 8, else: 1)  // takeOver: replace
        case 8: return to(13) { $0[Self.torn] = 0 }  // the repair
        case 13: return load(14)  // repaired: load
        case 14: return replace(with: found & ~Self.damaged, 10, else: 13)  // repaired: replace
        case 10: return to(11) { $0[Self.torn] = 1 }
        case 11: return to(12) { $0[Self.torn] = 0 }
        case 12: return load(15)  // release: load
        case 15: return replace(with: 0, found & Self.contended == 0 ? 17 : 16, else: 12)  // release: replace
        case 16:  // releaseMarked: wake
            return woken(1, in: cells, to: 1).map { state, _ in state.with { $0[actor, 0] = 17 } }
        case 17:
            return cells[actor, 2] > 1 ? to(0) { $0[actor, 2] -= 1 } : to(Self.done) { $0[actor, 1] = 0 }
        default: return []
        }
    }

    func isFinal(_ cells: Cells) -> Bool { Self.actors.allSatisfy { hasEnded($0, in: cells) } }

    func violation(in cells: Cells) -> String? {
        for actor in Self.actors {
            let place = cells[actor, 0]
            if [8, 10, 11, 12, 13, 14, 15].contains(place), cells[Self.word] / 8 != actor + 1 {
                return "two hold the lock"
            }
            if place == 10, cells[Self.torn] != 0 { return "a holder was not told of a death" }
        }
        return nil
    }
}
