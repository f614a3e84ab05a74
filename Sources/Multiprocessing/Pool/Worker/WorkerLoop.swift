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
    var answers: AnswerWriter
    /// Where long requests are; nil while there were none.
    var bulk: FrameReader?
    /// The memory of that, for whoever gives the thread up.
    let longMemory = Mutex<WorkerSegment?>(nil)
    /// Where a chunk's task encodes its answers; the memory serves all of them.
    var answer = MessageWriter()
    var definitions: [UInt64: Result<any Invocation, any Error>] = [:]
    /// What is done before the worker leaves.
    var finalizer: (@Sendable () async throws -> Void)?

    let seat: Int
    let segment: WorkerSegment
    let doorbell: Doorbell
    /// What runs next.
    var started: StartedChunk?
    /// The call whose chunk has just ended; nil when that was dealt with.
    var endedCall: UInt64?
    let parcels = ParcelQueue()
    /// Where arguments lie that are used as they lie in memory.
    let scratch = AlignedScratch()
    let running = Mutex(RunningChunk<RunningTask>())
    /// What goes with the next chunk.
    var escort: Result<Escort, any Error>?
    /// Of a worker that is a thread of the pool's process.
    let desk: ThreadDesk?
    /// What a task needs a permit of, if the pool shares a budget with others.
    var budget: ConcurrencyBudget?
    /// The pool has asked to leave.
    var isOver = false
    var tasks = 0
    /// A chunk's task is over; the loop's thread goes on.
    let finished = DispatchSemaphore(value: 0)
    /// Workers of one pool that may look for work at the same time.
    private let lookers = Processor.usableCount > 1 ? Processor.usableCount : 0

    struct RunningTask: @unchecked Sendable {
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
        answer.longArrays = BulkMemory.threshold
        answers = AnswerWriter(
            seat: seat, segment: segment, doorbell: doorbell, channel: channel, desk: desk)
    }

    /// Serves until the pool says that nothing more comes, or has given the thread up.
    func run() {
        while !isOver, desk?.isAbandoned != true {
            let isFound = takeRequest()
            runStarted()
            callEnded()
            if !isFound { waitForWork() }
        }
    }

    /// The chunk that has been run, if there is one, is over; its call goes on here, or not.
    func callEnded() {
        if let call = endedCall.take() { answers.chunkEnded(goesOn: isNext { $0.call == call }) }
    }

    /// Deals with the next message, if there is one; a short chunk is left in `started`.
    @discardableResult
    func takeRequest() -> Bool {
        do {
            let isFound = try unsafe requests.next { frame, payload in unsafe handle(frame, payload) }
            if started == nil { callEnded() }
            // The parent waits for space only while it has more than fits.
            if requests.takeWriterRequest() { doorbell.ring(worker: seat) }
            return isFound
        } catch {
            fatalError("the pool's requests cannot be read: \(error)")
        }
    }

    /// Whether the next request is a chunk of which this holds.
    func isNext(_ condition: (ChunkHead) -> Bool) -> Bool {
        unsafe requests.peek { frame, payload in
            guard frame.kind == PoolRequest.run, let head = unsafe ChunkHead(payload) else { return false }
            return condition(head)
        }
    }

    /// Waits until there is a request, or the pool has given the thread up.
    func waitForWork() {
        if lookers > 0, doorbell.beginLooking(worker: seat, limit: lookers) {
            let end = Deadline.now.nanoseconds + Self.lookTime
            while !requests.look(times: 16), Deadline.now.nanoseconds < end { Processor.yield() }
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

    /// Begins an item, unless the worker was given up; in a process that is about to be ended it does not return.
    func begin(_ body: () -> Bool) -> Bool {
        if let desk { return desk.begin(body) }
        guard body() else { ThisProcess.awaitEnd() }
        return true
    }
}
