// How a pool ends.
extension PoolMachine {
    /// No more work is taken; what was accepted is done first.
    mutating func close(_ actions: inout [Action]) {
        guard phase == .open else { return }
        phase = .draining
        checkEnd(&actions)
    }

    /// Everything that waits or runs is given up, and all workers with it, those that are leaving among them.
    mutating func terminate(_ actions: inout [Action]) {
        guard phase != .finished else { return }
        phase = .ending
        for id in chunks.keys.sorted() { actions.append(.drop(id)) }
        chunks.removeAll()
        queue.removeAll()
        for seat in seats.indices {
            seats[seat].chunks.removeAll()
            seats[seat].own.removeAll()
            if seats[seat].isOccupied { actions.append(.kill(seat: seat)) }
        }
        checkEnd(&actions)
    }

    /// Goes on to the next phase, if it is time.
    mutating func checkEnd(_ actions: inout [Action]) {
        switch phase {
        case .draining where isIdle:
            phase = .ending
            for seat in seats.indices where seats[seat].isOccupied && !seats[seat].isLeaving {
                move(seat, to: .leaving)
                actions.append(.dismiss(seat: seat))
            }
            checkEnd(&actions)
        case .ending where takenCount == 0:
            phase = .finished
            actions.append(.finish)
        default:
            break
        }
    }
}
