import MultiprocessingCore
import Synchronization

extension ManagerPeer {
    /// More calls than this at once are put together into messages before they are sent.
    private static let crowd = 4

    /// Sends a frame with a number of its own, and waits for the answer to it.
    nonisolated(nonsending) func exchange(
        _ kind: ManagerFrame, attachments: [SharedDescriptor] = [],
        _ body: (inout ByteWriter) throws -> Void
    ) async throws -> ManagerReply {
        try Task.checkCancellation()
        let deadline = CallLimit.current
        if link.end == nil {
            guard try await opened.wait(timeout: deadline.map(\.timeLeft)) != nil else {
                throw MultiprocessingError.timedOutCall
            }
        }
        let (id, count) = try state.withLock { state throws(MultiprocessingError) in
            if let failure = state.failure { throw failure }
            return (state.calls.begin(), state.calls.count)
        }
        do {
            try link.append(kind, attachments: attachments) { writer in
                writer.append(id)
                try body(&writer)
            }
        } catch {
            state.withLock { $0.calls.abandon(id) }
            throw error
        }
        if count > Self.crowd {
            flushSoon()
        } else {
            link.flush()
            if let outcome = look(for: id) { return try outcome.get() }
        }
        return try await wait(for: id, until: deadline).get()
    }

    /// Sends when the tasks that are about to run have added their calls.
    private func flushSoon() {
        guard !isFlushing.exchange(true, ordering: .relaxed) else { return }
        Task.detached { [self] in
            isFlushing.store(false, ordering: .relaxed)
            link.flush()
        }
    }

    /// Looks for an answer for a bounded moment: being woken costs more than a short call.
    private func look(for id: UInt64) -> Outcome? {
        let budget = attention.budget
        guard budget > 0, !isWatched.exchange(true, ordering: .acquiring) else { return nil }
        defer { isWatched.store(false, ordering: .releasing) }
        let start = Deadline.now.nanoseconds
        while true {
            if attention.isAlone {
                Processor.yield()
            } else {
                for _ in 0..<16 { Processor.pause() }
            }
            drain()
            if let outcome = state.withLock({ $0.calls.take(id) }) { return outcome }
            if Deadline.now.nanoseconds - start > budget { return nil }
        }
    }

    private func wait(for id: UInt64, until deadline: Deadline?) async -> Outcome {
        let start = Deadline.now.nanoseconds
        let isPatient = PatientCall.isPatient
        let timer = deadline.map { deadline in
            Poller.shared.schedule(at: deadline) { [weak self] in
                self?.giveUp(id, MultiprocessingError.timedOutCall, isPatient)
            }
        }
        defer { if let timer { Poller.shared.cancel(timer) } }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { suspend(id, $0, deadline, isPatient) }
        } onCancel: {
            giveUp(id, CancellationError(), isPatient)
        }
        attention.learn(from: Deadline.now.nanoseconds - start)
        return outcome
    }

    private func suspend(
        _ id: UInt64, _ waiter: CheckedContinuation<Outcome, Never>, _ deadline: Deadline?, _ isPatient: Bool
    ) {
        let (outcome, mustArm) = state.withLock { state in
            let outcome = state.calls.suspend(id, waiter)
            defer { if outcome == nil { state.isArmed = true } }
            return (outcome, outcome == nil && !state.isArmed)
        }
        if let outcome { return waiter.resume(returning: outcome) }
        if mustArm { arm() }
        // Either may have come before there was a waiter to take out.
        if Task.isCancelled {
            giveUp(id, CancellationError(), isPatient)
        } else if let deadline, deadline.hasPassed {
            giveUp(id, MultiprocessingError.timedOutCall, isPatient)
        }
    }

    /// Asks the method to end; a patient caller goes on to wait for what it says then.
    private func giveUp(_ id: UInt64, _ error: any Error, _ isPatient: Bool) {
        if isPatient {
            try? link.append(.cancel) { $0.append(id) }
            return link.flush()
        }
        guard let waiter = state.withLock({ $0.calls.remove(id) }) else { return }
        try? link.append(.cancel) { $0.append(id) }
        link.flush()
        waiter.resume(returning: .failure(error))
    }

    // MARK: Receiving

    /// Asks the poller to tell when something has come.
    private func arm() {
        guard let end = link.end else { return }
        let point = end.receiver.withLock { $0.waitPoint }
        do {
            _ = try point.interest.await(.reading) { [self] in
                state.withLock { $0.isArmed = false }
                drain()
                let mustArm = state.withLock { state in
                    let mustArm = state.calls.suspended > 0 && !state.isArmed
                    if mustArm { state.isArmed = true }
                    return mustArm
                }
                if mustArm { arm() }
            }
        } catch {
            fail(MultiprocessingError(.managerGone, "nobody can wait for the manager", cause: error))
        }
    }

    /// Takes what has come.
    private func drain() {
        do {
            while let message = try link.receive() {
                for place in try FramePlace.all(in: message.bytes) { try take(place, message) }
            }
        } catch let failure as TransportFailure {
            fail(MultiprocessingError.managerGone(failure))
        } catch {
            fail(MultiprocessingError(.protocolViolation, "a manager sent what is no answer", cause: error))
        }
    }

    private func take(_ place: FramePlace, _ message: IncomingMessage) throws {
        var body = FrameSlice(message: message, range: place.body)
        let (id, granted) = try body.read { reader -> (UInt64, [UInt64]) in
            let id = try reader.bytes.read(UInt64.self)
            guard place.kind == .value else { return (id, []) }
            let count = try reader.bytes.read(UInt16.self)
            return (id, try (0..<count).map { _ in try reader.bytes.read(UInt64.self) })
        }
        switch place.kind {
        case .value, .nothing, .failure: break
        default: throw WireError.malformed("a manager's frame that is no answer")
        }
        let holds = granted.map { adopt($0) }
        let outcome = Outcome.success(
            ManagerReply(place.kind, body, holds: holds))
        if case .resume(let waiter) = state.withLock({ $0.calls.complete(id, outcome) }) {
            waiter.resume(returning: outcome)
        }
    }

    /// The manager is gone: every call fails, now and later.
    func fail(_ error: MultiprocessingError) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            return state.calls.end(with: .failure(error))
        }
        link.close()
        for waiter in waiters { waiter.resume(returning: .failure(error)) }
        ManagerDirectory.remove(self)
    }
}
