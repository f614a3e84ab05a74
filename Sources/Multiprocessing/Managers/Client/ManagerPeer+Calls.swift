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
        let keys = try typeKeys(invocation.types, of: type)
        return try start(.call, target, attachments: invocation.message.attachments) { writer, number in
            writer.append(object)
            writer.append(number)
            writer.append(UInt8(keys.count))
            for key in keys { key.encode(into: &writer) }
            writer.append(contentsOf: invocation.message.bytes.bytes)
        }
    }

    /// Begins to call a direct method of an object.
    func start(
        _ object: UInt64, _ method: DirectMethod, _ arguments: MessageWriter
    ) throws -> StartedCall {
        try start(.call, method.rawValue, attachments: arguments.attachments) { writer, number in
            writer.append(object)
            writer.append(number)
            writer.append(UInt8(0))
            writer.append(contentsOf: arguments.bytes.bytes)
        }
    }

    /// The keys of the generic arguments that belong to the method; the object knows its own.
    private func typeKeys(_ types: GenericArguments, of type: any Any.Type) throws -> [TypeKey] {
        guard types.count > 0 else { return [] }
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

    /// Sends a frame with a number of its own, and waits for the answer to it.
    nonisolated(nonsending) func exchange(
        _ kind: ManagerFrame, attachments: [SharedDescriptor] = [],
        _ body: (inout ByteWriter) throws -> Void
    ) async throws -> ManagerReply {
        if !isConnected { try await connect() }
        return try await start(kind, nil, attachments: attachments) { writer, _ in try body(&writer) }
            .finish()
    }

    /// Whether there is a connection.
    var isConnected: Bool { link.isAttached }

    /// Waits until there is a connection, or there will be none.
    nonisolated(nonsending) func connect() async throws {
        guard try await opened.wait(timeout: CallLimit.current.map(\.timeLeft)) != nil else {
            throw MultiprocessingError.timedOutCall
        }
    }

    private func start(
        _ kind: ManagerFrame, _ target: String?, attachments: [SharedDescriptor],
        _ body: (inout ByteWriter, _ number: UInt32) throws -> Void
    ) throws -> StartedCall {
        try Task.checkCancellation()
        let caller = OwnThreadTask.currentNumber
        let beginning = try state.withLock { try begin(caller, target, &$0) }
        if beginning.isMany, link.canShare { try? link.append(.share) { _ in } }
        let id = beginning.id
        do {
            try link.append(kind, attachments: attachments) { writer in
                writer.append(id)
                try body(&writer, beginning.number)
            }
        } catch {
            state.withLock { $0.calls.abandon(id) }
            throw error
        }
        let limit = CallLimit.current
        guard beginning.isAlone else {
            carrySoon()
            return StartedCall(self, id, limit == nil ? .sleeping : .limited)
        }
        link.flush()
        return StartedCall(self, id, look(for: id) ? .answered : .lookedFor)
    }

    /// What a call gets before it is written.
    private struct Beginning {
        let id: UInt64
        /// That of the method's name.
        let number: UInt32
        /// Whether no other call is under way.
        let isAlone: Bool
        /// Whether it is the last of the first few.
        let isMany: Bool
    }

    private func begin(
        _ caller: UInt64, _ target: String?, _ state: inout State
    ) throws(MultiprocessingError) -> Beginning {
        if let failure = state.failure { throw failure }
        let (number, isNew) = target.map { state.targets.number($0) } ?? (0, false)
        if isNew, let target {
            // In the lock, so that nobody uses the number before.
            try? link.append(.target) { writer in
                writer.append(number)
                writer.append(string: target)
            }
        }
        // Whoever makes one call after another waits for each; many tasks are better served together.
        let isAlone = state.lastCaller == caller && state.calls.count == 0
        state.lastCaller = caller
        state.made += 1
        return Beginning(
            id: state.calls.begin(), number: number, isAlone: isAlone, isMany: state.made == Self.many)
    }
}
