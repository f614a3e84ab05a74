import MultiprocessingCore
import Synchronization

/// The thread of a manager: reads calls and runs the short ones, without a thread having to be woken for each.
///
/// It is a task executor: what runs on it returns to it. Methods that were seen to be long run elsewhere.
final class ServerLoop: TaskExecutor {
    /// A job that waits; nobody else has it.
    enum Job: @unchecked Sendable {
        // @unchecked because a job is used by whoever has taken it only.
        case preferring(UnownedJob)
        case own(OwnThreadTask.Job)
    }

    struct State {
        var jobs: [Job] = []
        var active: [ClientSession] = []
        /// Those with answers that are still to be sent.
        var answered: [ClientSession] = []
    }

    private static let activeLimit = 8
    let state = Mutex(State())
    let poller = Mutex<Poller?>(nil)
    let attention = Attention(maximum: 40_000, alone: 50_000)

    /// The loop's thread, once it runs.
    private let thread = Atomic<UInt>(0)

    /// Whether tasks are run here as if this was a thread of the default executor; in a manager's own process only.
    ///
    /// That takes a hook in front of every job of the process. Where a program serves objects beside its other work, most
    /// jobs are none of the manager's business, the program may have put a hook of its own there, and its methods may
    /// rely on the threads of its executor. So there they run as other tasks do, and only direct methods, which need no
    /// task, run here.
    let runsTasks: Bool

    /// Whether the caller runs on the loop's thread, which sends everybody's answers before it sleeps.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == OSThread.currentID }

    /// Starts the thread.
    ///
    /// - Parameter runsTasks: whether the process is the manager's own.
    /// - Throws: when there is no room for it.
    init(runsTasks: Bool) throws(SystemError) {
        self.runsTasks = runsTasks
        if runsTasks { OwnThreadTask.prepare() }
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
        for job in jobs { job.runElsewhere() }
    }

    /// Watches a client's link.
    func watch(_ session: ClientSession) throws(SystemError) -> Poller.Watch? {
        guard let poller = poller.withLock(\.self), let end = session.link.end else { return nil }
        return try poller.register(end.descriptor.raw, reading: false, writing: false) { [weak session] in
            session?.fired()
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
        let left = state.withLock { state -> ClientSession? in
            guard !state.active.contains(where: { $0 === session }) else { return nil }
            state.active.append(session)
            return state.active.count > Self.activeLimit ? state.active.removeFirst() : nil
        }
        if let left { leave(left) }
    }

    /// Nobody looks at the session any more before it says that there is something.
    private func leave(_ session: ClientSession) {
        if session.leave() { poke(session) }
    }

    /// On the loop's thread: the session has answers to send, which go together.
    func answered(_ session: ClientSession) {
        state.withLock { state in
            if state.answered.last !== session { state.answered.append(session) }
        }
    }

    var hasJobs: Bool { state.withLock { !$0.jobs.isEmpty } }

    /// On the loop's thread, before it sleeps.
    private func work() {
        if thread.load(ordering: .relaxed) == 0 { thread.store(OSThread.currentID, ordering: .relaxed) }
        runJobs()
        while look() { runJobs() }
        let active = state.withLock { state in
            defer { state.active = [] }
            return state.active
        }
        for session in active { leave(session) }
    }
}
