import Glibc
@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency

/// Runs all tasks of a forked copy on its first thread: the threads that ran them are not in the copy.
///
/// The runtime has its executors replaced, the default one and that of the main actor, so that actors, task groups,
/// detached tasks and sleeps all end up here; whatever resumes a task may do so from any thread.
enum ForkedExecutor: ExecutorFactory {
    fileprivate struct State {
        /// What can run, first in, first out.
        var jobs: [Entry] = []
        var timers = DeadlineHeap<Entry>()
    }

    fileprivate struct Entry {
        let job: UnownedJob
        let isMain: Bool
    }

    private static let state = GlobalMutex(State())
    /// Counts what came, so that a sleeper can tell whether something has come since it looked.
    private static let bell = ForkedBell()

    static let mainExecutor: any MainExecutor = ForkedMainExecutor()
    static let defaultExecutor: any TaskExecutor = ForkedTaskExecutor()

    /// From now on the runtime gives all jobs to this executor; called while the copy has one thread.
    ///
    /// What is only made when it is first used is made here: a copy of this copy would wait for ever for what another
    /// thread was just making. And what waited in the process that was copied is for that one to run.
    static func install() {
        _ = bell.count
        state.withLock { $0 = State() }
        _createExecutors(factory: ForkedExecutor.self)
    }

    /// Does once in the process that is copied what the copy's executor does all the time.
    static func warmUp() {
        // A copy does it already, and must not lose a job here.
        guard !ForkedChild.isCurrent else { return }
        _ = (bell.count, mainExecutor, defaultExecutor, next())
    }

    /// Runs what comes, for as long as the process lives.
    static func run() -> Never {
        while true { runNext() }
    }

    fileprivate static func add(_ job: consuming ExecutorJob, isMain: Bool, at deadline: Deadline? = nil) {
        let entry = Entry(job: UnownedJob(job), isMain: isMain)
        state.withLock { state in
            if let deadline { _ = state.timers.add(entry, at: deadline) } else { state.jobs.append(entry) }
        }
        bell.ring()
    }

    /// Takes the next job out; without one, says when there will be.
    private static func next() -> (Entry?, Deadline?) {
        state.withLock { state in
            state.jobs += state.timers.due(at: .now)
            return (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.timers.earliest)
        }
    }

    /// Runs the next job, or sleeps until there may be one.
    fileprivate static func runNext() {
        let count = bell.count
        let (entry, deadline) = next()
        guard let entry else { return bell.wait(while: count, until: deadline) }
        if entry.isMain {
            unsafe entry.job.runSynchronously(on: mainExecutor.asUnownedSerialExecutor())
        } else {
            unsafe entry.job.runSynchronously(on: defaultExecutor.asUnownedTaskExecutor())
        }
    }
}

/// What the runtime gives the main actor's jobs to.
private final class ForkedMainExecutor: MainExecutor {
    func enqueue(_ job: consuming ExecutorJob) { ForkedExecutor.add(job, isMain: true) }
    func run() throws { ForkedExecutor.run() }
    func runUntil(_ condition: () -> Bool) throws { while !condition() { ForkedExecutor.runNext() } }
    // The loop ends with the process, and only so.
    func stop() {}
}

/// What the runtime gives all other jobs to, and sleeps.
private final class ForkedTaskExecutor: TaskExecutor, SchedulingExecutor {
    func enqueue(_ job: consuming ExecutorJob) { ForkedExecutor.add(job, isMain: false) }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        guard let delay = delay as? Duration else {
            fatalError(
                "a forked child cannot sleep on a clock whose spans are of the type \(C.Duration.self)")
        }
        ForkedExecutor.add(job, isMain: false, at: .after(delay))
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        enqueue(job, after: clock.now.duration(to: instant), tolerance: tolerance, clock: clock)
    }
}
