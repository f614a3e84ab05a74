import MultiprocessingCore
import Synchronization

// Receiving answers.
extension ManagerPeer {
    /// Takes what has come; returns whether there was something, and there may be more.
    @discardableResult
    func drain() -> Bool {
        var found = false
        do {
            while let message = try link.receive() {
                found = true
                try take(message)
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

    private func take(_ message: IncomingMessage) throws {
        var answers = AnswerBatch()
        do {
            try FramePlace.visit(message.bytes) { kind, range in
                let frame = FrameSlice(message: message, range: range)
                guard kind != .memory, kind != .joined else { return try takeMemory(kind, message) }
                answers.append(try answer(kind, frame))
                if answers.isFull { hand(out: &answers) }
            }
        } catch {
            // Those before it are answers all the same.
            hand(out: &answers)
            throw error
        }
        hand(out: &answers)
    }

    /// An answer and whose it is.
    private func answer(_ kind: ManagerFrame, _ frame: FrameSlice) throws -> AnswerBatch.Answer {
        var frame = frame
        guard kind == .value else {
            let id = try frame.read { try $0.bytes.read(UInt64.self) }
            switch kind {
            case .nothing: return AnswerBatch.Answer(id: id, reply: .nothing)
            case .failure:
                return AnswerBatch.Answer(id: id, reply: .long(KeptReply(kind, frame, holds: [])))
            default: throw WireError.malformed("a manager's frame that is no answer")
            }
        }
        let (id, granted, short) = try frame.read { reader -> (UInt64, [UInt64]?, ShortBytes?) in
            let id = try reader.bytes.read(UInt64.self)
            let count = try reader.bytes.read(UInt16.self)
            if count == 0, reader.attachments.isEmpty, reader.bytes.remaining <= ShortBytes.limit {
                return (id, nil, ShortBytes(try reader.bytes.readBytes(reader.bytes.remaining)))
            }
            return (id, try (0..<count).map { _ in try reader.bytes.read(UInt64.self) }, nil)
        }
        if let short { return AnswerBatch.Answer(id: id, reply: .short(short)) }
        let holds = granted.map { $0.map { adopt($0) } } ?? []
        return AnswerBatch.Answer(id: id, reply: .long(KeptReply(kind, frame, holds: holds)))
    }

    /// Hands answers to those who wait for them, outside the lock.
    private func hand(out answers: inout AnswerBatch) {
        state.withLock { answers.complete(&$0.calls) }
        answers.resume()
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
