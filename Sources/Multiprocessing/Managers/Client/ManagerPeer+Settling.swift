import MultiprocessingCore
import Synchronization

// Being told of answers while nobody looks for them.
extension ManagerPeer {
    /// What is to be done so that those who sleep are woken.
    private enum Settling {
        case nothing
        case arm
        /// The poller tells already, if the manager wakes it.
        case announce
    }

    /// Asks the poller to tell when something comes, if somebody sleeps and nobody looks.
    ///
    /// Whoever has looked does this at the end, also if the poller was asked before: that may have been before there was
    /// memory, and the looker may have read what was to wake the sleepers.
    func settle() {
        while true {
            // Whoever carries does this when it says that it does not, and sees then who sleeps.
            guard !isCarried.load(ordering: .relaxed) else { return }
            let settling = state.withLock { state -> Settling in
                guard state.calls.suspended > 0, !isCarried.load(ordering: .relaxed) else { return .nothing }
                if state.isArmed { return .announce }
                state.isArmed = true
                return .arm
            }
            switch settling {
            case .nothing: return
            case .arm: return arm()
            case .announce:
                guard link.announceSleep() else { return }
                drain()
            }
        }
    }

    /// Asks the poller, which then calls all the same when somebody has taken in what comes.
    private func arm() {
        guard let end = link.end else { return }
        do {
            // Nothing else is read before the rest of a long message.
            if try awaitRest() {
                state.withLock { $0.isArmed = false }
                // Whoever looks may have got the rest before he could see that.
                if !link.hasRest { settle() }
                return
            }
            _ = try end.interest.await(.reading) { [self] in
                link.rouse()
                state.withLock { $0.isArmed = false }
                drain()
                settle()
            }
            if link.announceSleep() { drain() }
        } catch {
            fail(MultiprocessingError(.managerGone, "nobody can wait for the manager", cause: error))
        }
    }

    func awaitRest() throws(SystemError) -> Bool {
        try link.awaitRest { [weak self] in
            self?.drain()
            self?.settle()
        }
    }
}
