import MultiprocessingCore
import Synchronization

/// One handle of a queue: it can be closed, while others of the same queue go on.
final class QueueHandle: Sendable {
    private let open: Mutex<QueueStorage?>

    init(_ storage: QueueStorage) {
        open = Mutex(storage)
    }

    /// What the process has of the queue.
    ///
    /// - Throws: a ``MultiprocessingError`` once the handle is closed.
    func storage() throws -> QueueStorage {
        guard let storage = open.withLock({ $0 }) else {
            throw MultiprocessingError(.closed, "the handle of the queue was closed")
        }
        return storage
    }

    func close() {
        // It may be the last handle: what it holds ends outside of the lock.
        _ = open.withLock { $0.take() }
    }

    func encode(_ value: some Encodable) throws -> EncodedMessage {
        let message = try EncodedMessage(value)
        let delivery = try storage().state.delivery
        guard message.descriptors.isEmpty || delivery != .acknowledged else {
            throw MultiprocessingError(
                .notTransferable, "a queue that delivers values again takes none that hold handles")
        }
        return message
    }

    /// The value of a message; one that cannot be decoded is done with.
    func receive<Value: Decodable>(_ type: Value.Type, _ message: TakenMessage) throws -> Value {
        let storage = try storage()
        switch storage.state.delivery {
        case .once: return try message.decode(type)
        case .acknowledged:
            defer { storage.settle(message) }
            return try message.decode(type)
        case .counted:
            var taken = message.taken
            taken.bytes = nil
            storage.inHand.withLock { $0.append(taken) }
            return try message.decode(type)
        }
    }

    func description(of type: String) -> String {
        guard let state = open.withLock({ $0 })?.state else { return "\(type)(closed)" }
        let limit = state.capacity.map { " of \($0)" } ?? ""
        let end = state.isShutDown ? ", shut down" : state.isFinished ? ", finished" : ""
        return "\(type)(\(state.count)\(limit)\(end))"
    }
}

extension QueueStorage {
    /// A message is done with.
    func settle(_ message: TakenMessage) {
        _ = state.settle(message.taken)
        changed()
    }
}
