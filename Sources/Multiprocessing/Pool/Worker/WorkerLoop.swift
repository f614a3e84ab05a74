import Dispatch
import MultiprocessingCore
import Synchronization

/// A worker's work: takes chunks from the ring, runs them one after another, writes the answers.
///
/// A body that does not suspend runs on the loop's thread from its first to its last instruction; what
/// suspends goes on in the concurrency pool while the loop waits.
final class WorkerLoop: @unchecked Sendable {
    // @unchecked because the ends of the rings and the definitions change: only the loop's thread uses them,
    // and while it waits for a chunk's task, only that task, through `reply`.
    private var requests: FrameReader
    private var answers: AnswerWriter
    /// Where long requests are; nil while there were none.
    private var bulk: FrameReader?
    /// Where a chunk's task encodes its answers; the memory serves all of them.
    var answer = MessageWriter()
    private var definitions: [UInt64: Result<any Invocation, any Error>] = [:]
    /// What is done before the worker leaves.
    private var finalizer: (@Sendable () async throws -> Void)?

    private let seat: Int
    private let segment: WorkerSegment
    private let doorbell: Doorbell
    /// The call whose chunk has just ended; nil when that was dealt with.
    private var endedCall: UInt64?
    private let parcels = ParcelQueue()
    /// Where arguments lie that are used as they lie in memory.
    private let scratch = AlignedScratch()
    private let running = Mutex(RunningChunk<RunningTask>())
    /// What goes with the next chunk.
    private var escort: Result<Escort, any Error>?
    /// Of a worker that is a thread of the pool's process.
    let desk: ThreadDesk?
    /// What a task needs a permit of, if the pool shares a budget with others.
    private var budget: ConcurrencyBudget?
    /// The pool has asked to leave.
    private var isOver = false
    private var tasks = 0
    /// A chunk's task is over; the loop's thread goes on.
    private let finished = DispatchSemaphore(value: 0)
    /// Workers of one pool that may look for work at the same time.
    private let lookers = Processor.usableCount - 1

    private struct RunningTask: @unchecked Sendable {
        // @unchecked because of the task, which is valid for as long as this is kept.
        let task: UnsafeCurrentTask
    }

    /// Nanoseconds for which an idle worker looks for work before it sleeps: about two wakes.
    private static let lookTime: UInt64 = 60_000

    init(
        seat: Int, segment: WorkerSegment, doorbell: Doorbell, channel: MessageSocket, desk: ThreadDesk? = nil
    ) {
        self.desk = desk
        self.seat = seat
        self.segment = segment
        self.doorbell = doorbell
        requests = FrameReader(segment.requests)
        answers = AnswerWriter(
            seat: seat, segment: segment, doorbell: doorbell, channel: channel, desk: desk)
    }

    /// Makes the runtime look up once what every loop needs.
    static func warmUp() {
        var definitions: [UInt64: Result<any Invocation, any Error>] = [:]
        definitions[0] = .failure(CancellationError())
        definitions[0] = nil
        var parcels = FIFO<Parcel>()
        parcels.append(.whole([]))
    }

    /// Serves until the pool says that nothing more comes, or has given the thread up.
    func run() {
        while !isOver, desk?.isAbandoned != true {
            do {
                let found = try unsafe requests.next { frame, payload in unsafe handle(frame, payload) }
                if let call = endedCall.take() { answers.chunkEnded(goesOn: isNext(call)) }
                // The parent waits for space only while it has more than fits.
                if requests.takeWriterRequest() { doorbell.ring(worker: seat) }
                if !found { waitForWork() }
            } catch {
                fatalError("the pool's requests cannot be read: \(error)")
            }
        }
    }

    /// Whether the next request is a chunk of this call.
    private func isNext(_ call: UInt64) -> Bool {
        unsafe requests.peek { frame, payload in
            guard frame.kind == PoolRequest.run, payload.count >= ChunkPayload.headerSize else {
                return false
            }
            return unsafe payload.loadUnaligned(fromByteOffset: ChunkPayload.callOffset, as: UInt64.self)
                == call
        }
    }

    private func waitForWork() {
        if lookers > 0, doorbell.beginLooking(worker: seat, limit: lookers) {
            let end = Deadline.now.nanoseconds + Self.lookTime
            while !requests.look(times: 16), Deadline.now.nanoseconds < end {}
            doorbell.endLooking(worker: seat)
        } else if lookers == 0 {
            // The pool may just wait for the processor.
            for _ in 0..<4 where !requests.hasBytes { Processor.yield() }
        }
        if !requests.hasBytes {
            let desk = desk
            requests.wait(until: nil, unless: { desk?.isAbandoned == true })
        }
    }

    private func handle(_ frame: RingFrame, _ payload: UnsafeRawBufferPointer) {
        var reader = unsafe ByteReader(payload)
        do {
            switch frame.kind {
            case PoolRequest.define:
                let id = try reader.read(UInt64.self)
                let parcel = takeParcel(of: Int(try reader.read(UInt16.self)))
                definitions[id] = Result {
                    var message = MessageReader(reader, attachments: try parcel.open())
                    return try InvocationCoder.decode(from: &message)
                }
            case PoolRequest.forget:
                definitions[try reader.read(UInt64.self)] = nil
            case PoolRequest.run:
                try runChunk(slot: Int(frame.slot), &reader)
            case PoolRequest.begin:
                begin(Result { try WorkerHook.decode(&reader, parcel: takeParcel) })
            case PoolRequest.finalizer:
                finalizer = try WorkerHook.decode(&reader, parcel: takeParcel)
            case PoolRequest.budget:
                budget = try WorkerHook.decodeValue(&reader, parcel: takeParcel)
                if desk == nil { ProcessPool.Worker.budget = budget?.id }
            case PoolRequest.escort:
                escort = Result { try Escort(from: &reader) }
            case PoolRequest.openBulk:
                // This process may have no room for another file or mapping: then it goes on without.
                let files = try? takeParcel(of: 1).open()
                let memory = files?.first.flatMap {
                    try? WorkerSegment($0, ringBytes: BulkMemory.ringBytes)
                }
                if let memory { bulk = FrameReader(memory.requests) }
                answers.use(memory)
            case PoolRequest.closeBulk:
                bulk = nil
                answers.use(nil)
            case PoolRequest.bulk:
                guard try unsafe bulk?.next({ unsafe handle($0, $1) }) == true else {
                    throw WireError.malformed("a long message that is not there")
                }
            case PoolRequest.leave:
                leave()
            default:
                throw WireError.malformed("a request of kind \(frame.kind)")
            }
        } catch {
            fatalError("the pool sent a request that is none: \(error)")
        }
    }

    // MARK: Beginning and end

    /// Runs the initializer, and says how it went.
    private func begin(_ initializer: Result<(@Sendable () async throws -> Void)?, any Error>) {
        let failure: (any Error)? =
            switch initializer {
            case .success(let initializer): initializer.flatMap { HookRun.run($0) }
            case .failure(let error):
                MultiprocessingError(
                    .undecodable, "the worker could not decode the pool's initializer", cause: error)
            }
        answer.removeAll()
        if let failure, let desk {
            desk.put(failure)
        } else if let failure {
            ErrorTransport.encode(failure, processID: ThisProcess.id, into: &answer.bytes)
        }
        reply(failure == nil ? PoolReply.ready : PoolReply.refused, 0, answer.bytes.bytes)
        flush()
    }

    private func leave() {
        if let finalizer, let error = HookRun.run(finalizer) {
            StandardError.write("\(ChildProcess.current.name): the finalizer threw: \(error)\n")
        }
        isOver = true
    }

    /// The descriptors that belong to the message at hand; waits until they have come.
    private func takeParcel(of count: Int) -> Parcel {
        count == 0 ? .whole([]) : parcels.take()
    }

    // MARK: Chunks

    private func runChunk(slot: Int, _ reader: inout ByteReader) throws {
        let definition = try reader.read(UInt64.self)
        let id = try reader.read(UInt64.self)
        let count = Int(try reader.read(UInt32.self))
        let form = ChunkForm(rawValue: try reader.read(UInt16.self))
        let escort = escort.take()
        // Also those of a chunk that was taken back have come, or will come.
        let parcel = takeParcel(of: Int(try reader.read(UInt16.self)))
        let call = try reader.read(UInt64.self)
        answers.chunkBegins(isQuiet: form.contains(.quiet))
        endedCall = call
        // Before the chunk is begun, so that it can be taken back meanwhile.
        if let budget { _ = budget.semaphore.acquireBlocking() }
        defer { try? budget?.semaphore.release() }
        guard segment.slots[slot].start() else { return reply(PoolReply.vacated, slot, []) }
        tasks += 1
        if desk == nil { ProcessPool.Worker.beginTask() }
        let attachments = (try? parcel.open()) ?? []
        if form.contains(.packed) {
            reader = unsafe ByteReader(UnsafeRawBufferPointer(scratch.copy(of: reader)))
        }
        let begin = Deadline.now.nanoseconds
        let chunk = ChunkRun(
            self, slot: segment.slots[slot], number: slot, count: count, form: form,
            MessageReader(reader, attachments: attachments))
        if case .lost = parcel {
            chunk.failAll(MultiprocessingError.noRoomForHandle)
            return flush()
        }
        if case .failure(let error) = escort {
            chunk.failAll(
                MultiprocessingError(
                    .undecodable, "the worker could not decode the task-local values of the caller",
                    cause: error))
            return flush()
        }
        let company = try escort?.get()
        let invocation = definitions[definition] ?? .failure(WireError.malformed("an unknown definition"))
        switch invocation {
        case .success(let invocation):
            if let desk {
                let place = ThreadPlace(
                    worker: ProcessPool.Worker(seat: seat, tasks: tasks), depth: desk.depth,
                    budget: budget?.id)
                // The hook of the other way is not for a process that is not of our own making.
                Task.immediateDetached(priority: company?.priority) {
                    await ThreadPlace.$current.withValue(place) {
                        await self.perform(invocation, chunk, id, company, since: begin)
                    }
                    self.finished.signal()
                }
            } else {
                OwnThreadTask.catchNext()
                Task.detached(priority: company?.priority) {
                    await self.perform(invocation, chunk, id, company, since: begin)
                    self.finished.signal()
                }
                OwnThreadTask.run()
            }
            finished.wait()
        case .failure(let error):
            chunk.failAll(
                MultiprocessingError(.undecodable, "the worker could not decode the function", cause: error))
        }
        if !chunk.isComplete { reply(PoolReply.vacated, slot, []) }
        flush()
    }

    /// The chunk's task, from its beginning to its end.
    private nonisolated(nonsending) func perform(
        _ invocation: any Invocation, _ chunk: ChunkRun, _ id: UInt64, _ company: Escort?, since start: UInt64
    ) async {
        begin(id)
        if let company {
            await company.accompany { await invocation.run(chunk) }
        } else {
            await invocation.run(chunk)
        }
        end()
        chunk.took(since: start)
        chunk.finish()
    }

    private func begin(_ chunk: UInt64) {
        withUnsafeCurrentTask { task in
            // Called inside of a task, so there is one; it stays valid until `end`, which it calls itself.
            if let task = unsafe task {
                let entry = unsafe RunningTask(task: task)
                let isCancelled = running.withLock { $0.begin(chunk, entry) }
                if isCancelled { unsafe task.cancel() }
            }
        }
    }

    private func end() {
        running.withLock { $0.end() }
    }

    /// Begins an item, unless the worker was given up.
    func begin(_ body: () -> Void) -> Bool {
        if let desk { return desk.begin(body) }
        body()
        return true
    }

    /// The pool gives the thread up: what runs is cancelled, nothing more begins, and the thread ends when it can.
    func abandon() {
        guard let desk, desk.abandon() else { return }
        running.withLock { running in
            // While the lock is held the task cannot end.
            if let found = running.cancelPresent() { unsafe found.task.cancel() }
        }
        parcels.append(.lost)
        segment.requests.wakeReader()
        segment.replies.wakeWriter()
    }

    // MARK: Answers

    /// Sends a message; what does not fit waits for `flush`.
    func reply(_ kind: UInt32, _ slot: Int, _ payload: [UInt8], _ descriptors: [SharedDescriptor] = []) {
        answers.send(kind, slot, payload, descriptors)
    }

    func openRun(_ slot: Int, spacing: Int, atMost count: Int) -> RunRoom? {
        answers.openRun(slot, spacing: spacing, atMost: count)
    }

    func closeRun(_ room: RunRoom, count: Int) {
        answers.closeRun(room, count: count)
    }

    /// Waits until every answer is on its way; on the loop's thread only.
    func flush() {
        answers.flush()
    }

    // MARK: Control

    /// A message on the channel: descriptors, or the number of a chunk that is to be cancelled.
    func take(control message: MessageSocket.Message) {
        if message.bytes.first == PoolControl.parcel { return parcels.append(Parcel(message)) }
        let chunk = unsafe message.bytes.dropFirst().withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            return try? reader.read(UInt64.self)
        }
        guard let chunk else { return }
        running.withLock { running in
            // While the lock is held the task cannot end.
            if let found = running.cancel(chunk) { unsafe found.task.cancel() }
        }
    }
}
