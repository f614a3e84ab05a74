import MultiprocessingCore
import Synchronization

/// The thread of a manager: reads calls and runs the short ones, without a thread having to be woken for each.
///
/// It is a task executor: what runs on it returns to it. Methods that were seen to be long run elsewhere.
final class ServerLoop: TaskExecutor {
    /// A job that waits; nobody else has it.
    private struct Job: @unchecked Sendable {
        // @unchecked because a job is used by whoever has taken it only.
        let job: UnownedJob
    }

    private struct State {
        var jobs: [Job] = []
        var active: [ClientSession] = []
        /// Those with answers that are still to be sent.
        var answered: [ClientSession] = []
    }

    private let state = Mutex(State())
    private let poller = Mutex<Poller?>(nil)
    private let attention = Attention(maximum: 40_000, alone: 50_000)

    /// The loop's thread, once it runs.
    private let thread = Atomic<UInt>(0)

    /// Whether the caller runs on the loop's thread, which sends everybody's answers before it sleeps.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == OSThread.currentID }

    init() throws(SystemError) {
        let fresh = try Poller(
            named: "mp-manager", stackBytes: nil,
            companion: Poller.Companion(
                work: { [weak self] in self?.work() }, hasWork: { [weak self] in self?.hasJobs ?? false }))
        poller.withLock { $0 = fresh }
    }

    deinit { end() }

    /// Ends the thread; what was begun goes on elsewhere.
    func end() {
        poller.withLock { $0.take() }?.end()
        let jobs = state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { Self.runElsewhere(job) }
    }

    /// Watches a client's link.
    func watch(_ session: ClientSession) throws(SystemError) -> Poller.Watch? {
        guard let poller = poller.withLock(\.self), let end = session.link.end else { return nil }
        return try poller.register(end.descriptor.raw, reading: false, writing: false) { [weak session] in
            session?.serve()
        }
    }

    func unwatch(_ watch: Poller.Watch) { poller.withLock(\.self)?.unwatch(watch) }

    /// Calls the session when something comes.
    func arm(_ watch: Poller.Watch) throws(SystemError) {
        try poller.withLock(\.self)?.arm(watch, reading: true, writing: false)
    }

    /// Calls the session soon.
    func poke(_ session: ClientSession) {
        poller.withLock(\.self)?.schedule(at: .now) { [weak session] in session?.serve() }
    }

    /// The session was served just now: it is looked at for a moment before the thread sleeps.
    func served(_ session: ClientSession) {
        state.withLock { state in
            guard !state.active.contains(where: { $0 === session }) else { return }
            if state.active.count == 4 { state.active.removeFirst() }
            state.active.append(session)
        }
    }

    /// On the loop's thread: the session has answers to send, which go together.
    func answered(_ session: ClientSession) {
        state.withLock { state in
            if state.answered.last !== session { state.answered.append(session) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = Job(job: UnownedJob(job))
        guard let poller = poller.withLock(\.self) else { return Self.runElsewhere(job) }
        state.withLock { $0.jobs.append(job) }
        poller.rouse()
    }

    private static func runElsewhere(_ job: Job) {
        // On whatever thread has ended the loop or brings the job: it only has to move to its next executor.
        globalConcurrentExecutor.enqueue(job.job)
    }

    private var hasJobs: Bool { state.withLock { !$0.jobs.isEmpty } }

    /// On the loop's thread, before it sleeps.
    private func work() {
        if thread.load(ordering: .relaxed) == 0 { thread.store(OSThread.currentID, ordering: .relaxed) }
        runJobs()
        while look() { runJobs() }
        state.withLock { $0.active = [] }
    }

    /// On the loop's thread: runs what waits, and sends the answers.
    func runJobs() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return state.jobs
            }
            if jobs.isEmpty { break }
            for job in jobs { job.job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
        let answered = state.withLock { state in
            defer { state.answered.removeAll(keepingCapacity: true) }
            return state.answered
        }
        for session in answered { session.link.flush() }
    }

    /// Looks for more from those who were served, for a bounded moment.
    private func look() -> Bool {
        let active = state.withLock { $0.active }
        let budget = attention.budget
        guard !active.isEmpty, budget > 0 else { return false }
        let start = Deadline.now.nanoseconds
        while true {
            if attention.isAlone {
                Processor.yield()
            } else {
                for _ in 0..<16 { Processor.pause() }
            }
            var found = false
            for session in active where session.look() { found = true }
            if found || hasJobs { return true }
            if Deadline.now.nanoseconds - start > budget { return false }
        }
    }
}
