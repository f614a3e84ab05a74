import Distributed
import MultiprocessingCore
import Synchronization

extension ManagerPeer {
    /// After so many calls it pays to share memory with the manager.
    private static let many = 16

    /// Begins to call a method of an object; there has to be a connection.
    ///
    /// No async function, so that a call that waits keeps little: many of them wait at once.
    func start(
        _ object: UInt64, of type: any Any.Type, _ target: String,
        _ invocation: ManagerSystem.InvocationEncoder
    ) throws -> StartedCall {
        let number = number(of: target)
        let keys = try typeKeys(invocation.types, of: type)
        return try start(.call, attachments: invocation.message.attachments) { writer in
            writer.append(object)
            writer.append(number)
            writer.append(UInt8(keys.count))
            for key in keys { key.encode(into: &writer) }
            writer.append(contentsOf: invocation.message.bytes.bytes)
        }
    }

    /// The keys of the generic arguments that belong to the method; the object knows its own.
    private func typeKeys(_ types: [any Any.Type], of type: any Any.Type) throws -> [TypeKey] {
        guard !types.isEmpty else { return [] }
        var own = TypeKey.genericArgumentCount(of: type)
        guard types.count > own else { return [] }
        // To what stands for a protocol, it is itself the first.
        if type is any _DistributedActorStub.Type { own = 1 }
        do {
            return try types.dropFirst(own).map { try TypeKey($0) }
        } catch {
            throw MultiprocessingError(
                .unencodable, "a generic argument of a call cannot travel", cause: error)
        }
    }

    private func number(of target: String) -> UInt32 {
        targets.withLock { targets in
            let (number, isNew) = targets.number(target)
            if isNew {
                // In the lock, so that nobody uses the number before.
                try? link.append(.target) { writer in
                    writer.append(number)
                    writer.append(string: target)
                }
            }
            return number
        }
    }

    /// Sends a frame with a number of its own, and waits for the answer to it.
    nonisolated(nonsending) func exchange(
        _ kind: ManagerFrame, attachments: [SharedDescriptor] = [],
        _ body: (inout ByteWriter) throws -> Void
    ) async throws -> ManagerReply {
        if !isConnected { try await connect() }
        return try await finish(start(kind, attachments: attachments, body)).get()
    }

    /// Whether there is a connection.
    var isConnected: Bool { link.end != nil }

    /// Waits until there is a connection, or there will be none.
    nonisolated(nonsending) func connect() async throws {
        guard try await opened.wait(timeout: CallLimit.current.map(\.timeLeft)) != nil else {
            throw MultiprocessingError.timedOutCall
        }
    }

    private func start(
        _ kind: ManagerFrame, attachments: [SharedDescriptor],
        _ body: (inout ByteWriter) throws -> Void
    ) throws -> StartedCall {
        try Task.checkCancellation()
        let caller = OwnThreadTask.currentNumber
        let (id, isAlone, isMany) = try state.withLock { state throws(MultiprocessingError) in
            if let failure = state.failure { throw failure }
            // Whoever makes one call after another waits for each; many tasks are better served together.
            let isAlone = state.lastCaller == caller && state.calls.count == 0
            state.lastCaller = caller
            state.made += 1
            return (state.calls.begin(), isAlone, state.made == Self.many)
        }
        if isMany, link.canShare { try? link.append(.share) { _ in } }
        do {
            try link.append(kind, attachments: attachments) { writer in
                writer.append(id)
                try body(&writer)
            }
        } catch {
            state.withLock { $0.calls.abandon(id) }
            throw error
        }
        var call = StartedCall(id: id, deadline: CallLimit.current, wasLookedFor: isAlone)
        if isAlone {
            link.flush()
            call.outcome = look(for: id)
        } else {
            carrySoon()
        }
        return call
    }

    /// Waits for the answer.
    nonisolated(nonsending) func finish(_ call: StartedCall) async -> Outcome {
        if let outcome = call.outcome { return outcome }
        guard call.wasLookedFor else { return await wait(for: call.id, until: call.deadline) }
        let start = Deadline.now.nanoseconds
        let outcome = await wait(for: call.id, until: call.deadline)
        attention.learn(from: Deadline.now.nanoseconds - start)
        return outcome
    }
}

/// A call that was sent, or will be sent together with others.
struct StartedCall {
    let id: UInt64
    let deadline: Deadline?
    /// Whether somebody has looked for its answer at once.
    let wasLookedFor: Bool
    /// The answer, if it has come.
    var outcome: ManagerPeer.Outcome?
}
