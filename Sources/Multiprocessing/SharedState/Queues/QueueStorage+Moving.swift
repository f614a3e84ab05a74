import MultiprocessingCore

extension QueueStorage {
    /// Whether a message is put and taken at once, or in the memory that was made for it.
    private static func isShort(_ bytes: [UInt8]) -> Bool { bytes.count <= QueueState.shortLimit }

    private static func attemptPut(
        _ state: QueueState, _ message: EncodedMessage, _ occasion: WaitOccasion
    ) -> Put? {
        if occasion == .tick { state.settleDeaths() }
        do {
            guard isShort(message.bytes) else {
                return .place(try state.reserve(message.bytes.count, message.descriptors))
            }
            try state.put(message.bytes, message.descriptors)
            return .done
        } catch .full {
            return nil
        } catch .noRoom {
            return nil
        } catch {
            return .failed(error)
        }
    }

    private static func attemptTake(_ state: QueueState, _ occasion: WaitOccasion) -> Take? {
        if occasion == .tick { state.settleDeaths() }
        do {
            return .success(try state.take())
        } catch .empty {
            return nil
        } catch .finished where state.delivery == .acknowledged && state.unsettled > 0 {
            // What others have in hand may come back.
            return nil
        } catch {
            return .failure(error)
        }
    }

    // MARK: Putting

    nonisolated(nonsending) func put(_ message: EncodedMessage, timeout: Duration?) async throws {
        let state = state
        let put = try await putters.wait(timeout: timeout) { Self.attemptPut(state, message, $0) }
        try finish(put, message)
    }

    func putBlocking(_ message: EncodedMessage, timeout: Duration?) throws {
        let put = putters.waitBlocking(timeout: timeout) { Self.attemptPut(state, message, $0) }
        try finish(put, message)
    }

    private func finish(_ put: Put?, _ message: EncodedMessage) throws {
        switch put {
        case .done: break
        case .place(let place):
            do {
                try state.fill(place, message.bytes)
            } catch {
                throw Self.error(error)
            }
        case .failed(let failure): throw Self.error(failure)
        case nil: throw Self.error(.full)
        }
        takers.changed()
    }

    // MARK: Taking

    nonisolated(nonsending) func take(timeout: Duration?) async throws -> TakenMessage {
        lookForDeaths()
        let state = state
        return try finish(try await takers.wait(timeout: timeout) { Self.attemptTake(state, $0) })
    }

    func takeBlocking(timeout: Duration?) throws -> TakenMessage {
        lookForDeaths()
        return try finish(takers.waitBlocking(timeout: timeout) { Self.attemptTake(state, $0) })
    }

    private func finish(_ take: Take?) throws -> TakenMessage {
        do throws(QueueState.Failure) {
            guard let take else { throw .empty }
            var message = try take.get()
            message.bytes = try state.read(message)
            putters.changed()
            return TakenMessage(message)
        } catch {
            throw Self.error(error)
        }
    }

    // MARK: Ends

    func finish() {
        state.finish()
        changed()
    }

    func shutDown(emptying: Bool) {
        state.shutDown(emptying: emptying)
        changed()
    }

    func changed() {
        takers.changed()
        putters.changed()
        joiners.changed()
    }

    static func error(_ failure: QueueState.Failure) -> MultiprocessingError {
        switch failure {
        case .full, .noRoom:
            MultiprocessingError(.queueFull, "the queue is full, and nobody took a message within the limit")
        case .empty:
            MultiprocessingError(.queueEmpty, "the queue is empty, and nobody put a message within the limit")
        case .finished:
            MultiprocessingError(.queueFinished, "the queue is finished: nobody puts a message any more")
        case .shutDown: MultiprocessingError(.queueShutDown, "the queue was shut down")
        case .system(let error):
            MultiprocessingError(.noResources, "there is no memory left for the message", cause: error)
        case .damaged:
            MultiprocessingError(.protocolViolation, "the queue's memory was damaged by another process")
        }
    }
}

/// A value as it lies in a queue.
struct EncodedMessage: Sendable {
    let bytes: [UInt8]
    let descriptors: [SharedDescriptor]

    init(_ value: some Encodable) throws {
        var writer = ByteWriter()
        var descriptors: [SharedDescriptor] = []
        do {
            try BinaryEncoder().encode(value, into: &writer, attachments: &descriptors)
        } catch let error as MultiprocessingError {
            throw error
        } catch {
            throw MultiprocessingError(
                .unencodable, "a value of type \(type(of: value)) could not be put on the queue", cause: error
            )
        }
        bytes = writer.bytes
        self.descriptors = descriptors
    }
}

/// What came from a queue, and is in this process's hands if the queue cares about that.
struct TakenMessage: Sendable {
    let taken: QueueState.Taken

    init(_ taken: QueueState.Taken) {
        self.taken = taken
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard !taken.hasLostDescriptors else {
            throw MultiprocessingError(
                .undecodable, "a message's handles were lost: a process was killed while it took or put them")
        }
        let bytes = taken.bytes ?? []
        do {
            return try bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return try BinaryDecoder.standard.decode(type, from: &reader, attachments: taken.descriptors)
            }
        } catch let error as MultiprocessingError {
            throw error
        } catch {
            throw MultiprocessingError(.undecodable, "a message of the queue is no \(type)", cause: error)
        }
    }
}
