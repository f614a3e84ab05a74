import MultiprocessingCore

/// What the managed queues do in the manager's process.
final class QueueRoom<Element: Codable & Sendable>: Sendable {
    private let room: WaitingRoom<QueueMachine<Element>>
    private let isCounted: Bool

    init(capacity: Int?, isCounted: Bool, in system: ManagerSystem) throws {
        guard capacity ?? 1 > 0 else {
            throw MultiprocessingError(.invalidArgument, "a queue has a capacity of one or more, or none")
        }
        self.isCounted = isCounted
        room = WaitingRoom(QueueMachine(capacity: capacity, isCounted: isCounted), in: system)
    }

    nonisolated(nonsending) func put(_ element: Element, _ timeout: Duration?) async throws {
        let outcome = try await room.wait(for: .calling, timeout: timeout) { machine, ticket in
            machine.put(element, ticket: ticket)
        }
        switch outcome {
        case .put: return
        case nil: throw MultiprocessingError(.queueFull, "the queue had no space within the limit")
        case .shutDown: throw MultiprocessingError(.queueShutDown, "the queue was shut down")
        case .finished, .value, .done:
            throw MultiprocessingError(.queueFinished, "the queue was finished: nobody can put any more")
        }
    }

    /// One value, or none when the queue was finished.
    nonisolated(nonsending) func get(_ timeout: Duration?) async throws -> [Element] {
        let client = ManagerSystem.Client.calling
        if isCounted { try room.admit(client) }
        let outcome = try await room.wait(for: client, holds: isCounted, timeout: timeout) {
            machine, ticket in
            machine.get(as: client, ticket: ticket)
        }
        switch outcome {
        case .value(let element): return [element]
        case .finished: return []
        case nil: throw MultiprocessingError(.queueEmpty, "the queue had no value within the limit")
        case .shutDown, .put, .done: throw MultiprocessingError(.queueShutDown, "the queue was shut down")
        }
    }

    func taskDone() throws {
        guard room.update({ $0.taskDone(by: .calling) }) else {
            throw MultiprocessingError(
                .tooManyDone, "taskDone() was called more often than values were taken")
        }
    }

    nonisolated(nonsending) func join(_ timeout: Duration?) async throws -> Bool {
        let outcome = try await room.wait(for: .calling, timeout: timeout) { machine, ticket in
            machine.join(ticket: ticket)
        }
        guard case .done(let lost) = outcome else { return false }
        guard lost == 0 else {
            throw MultiprocessingError(
                .abandoned,
                "\(lost) values were in the hands of processes that were gone before they were done")
        }
        return true
    }

    func finish() { room.update { $0.finish() } }

    func shutDown(emptying: Bool) { room.update { $0.shutDown(emptying: emptying) } }

    var look: QueueLook {
        room.update {
            QueueLook(
                count: $0.count, capacity: $0.capacity, isFull: $0.isFull, unfinishedCount: $0.unfinished)
        }
    }
}

/// What a queue looks like at a moment.
struct QueueLook: Codable, Sendable {
    let count: Int
    let capacity: Int?
    let isFull: Bool
    let unfinishedCount: Int

    /// How many values wait, of how many.
    var words: String { "count: \(count)" + (capacity.map { " of \($0)" } ?? "") }
}
