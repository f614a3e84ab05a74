import MultiprocessingCore
import Synchronization

// Receiving answers.
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
    func arm() {
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

    private func awaitRest() throws(SystemError) -> Bool {
        try link.awaitRest { [weak self] in
            self?.drain()
            self?.settle()
        }
    }

    /// Takes what has come; returns whether there was something, and there may be more.
    @discardableResult
    func drain() -> Bool {
        var found = false
        do {
            while let message = try link.receive() {
                found = true
                try FramePlace.visit(message.bytes) { kind, range in
                    try take(kind, FrameSlice(message: message, range: range))
                }
            }
            // Who waits already waits elsewhere.
            _ = try awaitRest()
        } catch let failure as TransportFailure {
            fail(MultiprocessingError.managerGone(failure))
            return false
        } catch {
            fail(MultiprocessingError(.protocolViolation, "a manager sent what is no answer", cause: error))
            return false
        }
        return found
    }

    private func take(_ kind: ManagerFrame, _ frame: FrameSlice) throws {
        if kind == .memory || kind == .joined { return try takeMemory(kind, frame.message) }
        var body = frame
        let (id, granted) = try body.read { reader -> (UInt64, [UInt64]) in
            let id = try reader.bytes.read(UInt64.self)
            guard kind == .value else { return (id, []) }
            let count = try reader.bytes.read(UInt16.self)
            return (id, count == 0 ? [] : try (0..<count).map { _ in try reader.bytes.read(UInt64.self) })
        }
        switch kind {
        case .value, .nothing, .failure: break
        default: throw WireError.malformed("a manager's frame that is no answer")
        }
        let holds = granted.isEmpty ? [] : granted.map { adopt($0) }
        let outcome = Outcome.success(ManagerReply(kind, body, holds: holds))
        if case .resume(let waiter) = state.withLock({ $0.calls.complete(id, outcome) }) {
            waiter.resume(returning: outcome)
        }
    }

    /// The manager offers memory, or begins to use it.
    private func takeMemory(_ kind: ManagerFrame, _ message: IncomingMessage) throws {
        if kind == .memory, let file = message.descriptors.first {
            let way = link.acceptMemory(file)
            state.withLock { $0.way = way }
        } else if kind == .joined, let way = state.withLock({ $0.way }) {
            link.receive(through: way)
        } else {
            throw WireError.malformed("memory that nobody has asked for")
        }
    }
}
