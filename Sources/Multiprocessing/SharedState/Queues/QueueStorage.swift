import MultiprocessingCore
import Synchronization

/// What one process has of a queue: its memory, and those of its tasks that wait.
final class QueueStorage: SharedStorage {
    static let kind: UInt64 = 7
    static let title = "a queue"
    static let stateSize = QueueState.stateSize

    /// How an attempt to put ended.
    enum Put: Sendable {
        case done
        /// There is room for a long message, which the task itself writes.
        case place(QueueState.Place)
        case failed(QueueState.Failure)
    }

    /// How an attempt to take ended.
    typealias Take = Result<QueueState.Taken, QueueState.Failure>

    let state: QueueState
    /// Where those sleep who wait for a message.
    let messages: WaitPlace
    let takers: WaitLine<Take>
    let putters: WaitLine<Put>
    let joiners: WaitLine<Void>
    /// When this process last looked for others that were killed with messages in hand, in nanoseconds.
    private let lastLook = Atomic<UInt64>(0)
    /// What this process has in hand, the longest first.
    let inHand = Mutex(FIFO<QueueState.Taken>())

    var object: SharedObject { state.object }

    init(_ state: QueueState) {
        self.state = state
        messages = .changes(of: state.items) { state.mayTake }
        takers = WaitLine(messages)
        putters = WaitLine(.changes(of: state.space) { state.mayPut })
        joiners = WaitLine(.changes(of: state.settlements) { state.unsettledAtALook == 0 })
    }

    convenience init(_ object: SharedObject) throws {
        throw MultiprocessingError(
            .protocolViolation, "a queue's memory came without its box for descriptors")
    }

    static func make(capacity: Int?, delivery: QueueState.Delivery) throws -> QueueStorage {
        guard capacity.map({ $0 > 0 && $0 <= Int(Int32.max) }) ?? true else {
            throw MultiprocessingError(
                .invalidArgument,
                "a queue holds one message or more, not \(capacity ?? 0); leave capacity out for no limit")
        }
        do {
            let object = try SharedObject(
                kind: kind, name: "mp-queue", count: QueueState.stateSize, reserve: QueueState.reserve)
            let state = QueueState(object, try ParcelBox.make())
            state.prepare(capacity: capacity.map(UInt32.init), delivery: delivery)
            return SharedObjects.add(QueueStorage(state))
        } catch {
            throw MultiprocessingError(.noResources, "a queue could not be made", cause: error)
        }
    }

    /// Looks now and then for killed processes whose messages are to be delivered again: a queue that never gets
    /// empty has nobody who waits and would find them.
    func lookForDeaths() {
        guard state.delivery == .acknowledged, state.hasTaken else { return }
        let now = Deadline.now
        guard now.nanoseconds - lastLook.load(ordering: .relaxed) > 50_000_000 else { return }
        lastLook.store(now.nanoseconds, ordering: .relaxed)
        state.settleDeaths()
    }

    func forgetWaiters() {
        takers.forget()
        putters.forget()
        joiners.forget()
    }

    // MARK: Travelling

    private struct Reference: Codable {
        let id: SharedObject.ID
        let memory: Int
        let entrance: Int
        let exit: Int
    }

    func encode(to encoder: any Encoder) throws {
        try Reference(
            id: object.id, memory: encoder.attach(object.file, of: Self.title),
            entrance: encoder.attach(state.box.entrance, of: Self.title),
            exit: encoder.attach(state.box.exit, of: Self.title)
        ).encode(to: encoder)
    }

    static func decode(from decoder: any Decoder) throws -> QueueStorage {
        let reference = try Reference(from: decoder)
        if let known = SharedObjects.find(reference.id, as: QueueStorage.self) { return known }
        let object = try SharedObject(
            decoder.attachment(reference.memory, of: title), kind: kind, count: QueueState.stateSize,
            reserve: QueueState.reserve)
        let box = ParcelBox(
            entrance: try decoder.attachment(reference.entrance, of: title),
            exit: try decoder.attachment(reference.exit, of: title))
        guard object.id == reference.id else {
            throw MultiprocessingError(.protocolViolation, "a queue came with the memory of another object")
        }
        return SharedObjects.add(QueueStorage(QueueState(object, box)))
    }
}
