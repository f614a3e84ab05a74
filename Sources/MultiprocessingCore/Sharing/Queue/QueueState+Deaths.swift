extension QueueState {
    /// Makes up what follows from the blocks, inside the guard: somebody was killed there.
    func repair() {
        guard let blocks = try? arena.rebuild() else { return }
        var waiting: [Block] = []
        var fillers: UInt32 = 0
        var takers: UInt32 = 0
        for block in blocks {
            switch block.state {
            case .free: break
            case .queued: waiting.append(block)
            case .filling where block.owner.life == .ended: arena.release(block)
            case .filling: fillers += 1
            case .taken where block.owner.life == .ended:
                if recover(block) { waiting.append(block) }
            case .taken: takers += 1
            }
        }
        waiting.sort { $0.sequence < $1.sequence }
        head.value = 0
        tail.value = 0
        for block in waiting { try? append(block) }
        queued.value = UInt32(waiting.count)
        filling.value = fillers
        taken.value = takers
    }

    /// Deals with a message that a process had in hand when it was killed.
    ///
    /// - Returns: whether it is delivered again.
    private func recover(_ block: Block) -> Bool {
        switch delivery {
        case .acknowledged:
            block.set(.queued)
            return true
        case .counted:
            lost.value = lost.value &+ 1
            arena.release(block)
        case .once:
            arena.release(block)
        }
        return false
    }

    /// Deals with everything that processes had in hand which were killed.
    package func settleDeaths() {
        guard filling.value > 0 || taken.value > 0 else { return }
        var owners: Set<ProcessStamp> = []
        // Asking after processes takes long, so it is done between two times under the guard.
        withGuard {
            try arena.walk { if $0.state == .filling || $0.state == .taken { owners.insert($0.owner) } }
        }
        guard owners.contains(where: { $0.life == .ended }) else { return }
        withGuard { repair() }
        wakeAll()
    }

    /// How many messages were lost with processes that had them in hand, since the last time somebody asked.
    package func takeLost() -> Int {
        Int(lost.exchange(0))
    }
}
