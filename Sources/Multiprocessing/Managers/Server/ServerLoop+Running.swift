import MultiprocessingCore
import Synchronization

// Running tasks on the loop's thread.
extension ServerLoop {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = Job.preferring(UnownedJob(job))
        guard let poller = poller.withLock(\.self) else { return job.runElsewhere() }
        state.withLock { $0.jobs.append(job) }
        poller.rouse()
    }

    /// On the loop's thread: makes or resumes a task, and runs it until it ends or suspends.
    func run(_ start: () -> Void) {
        OwnThreadTask.catchNext()
        start()
        if let job = OwnThreadTask.take() { run(job) }
    }

    private func run(_ job: OwnThreadTask.Job) {
        job.run()
        // What it has resumed, when that could not go on before its end.
        keep()
    }

    /// Resumes a task that waits for an object of the manager's: it goes on here if the caller runs here.
    func resume(_ body: () -> Void) {
        guard runsTasks, isCurrent else { return body() }
        OwnThreadTask.catchNext()
        body()
        // One that was about to wait, on another thread, goes on there: then nothing has stayed here, and the next task
        // that this thread makes is not meant.
        keep()
    }

    private func keep() {
        guard let job = OwnThreadTask.take() else { return }
        state.withLock { $0.jobs.append(.own(job)) }
    }

    /// On the loop's thread: runs what waits, and sends the answers.
    func runJobs() {
        while true {
            let jobs = state.withLock { state in
                defer { if !state.jobs.isEmpty { state.jobs = [] } }
                return state.jobs
            }
            if jobs.isEmpty { break }
            for job in jobs {
                switch job {
                case .preferring(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .own(let job): run(job)
                }
            }
        }
        let answered = state.withLock { state in
            defer { state.answered.removeAll(keepingCapacity: true) }
            return state.answered
        }
        for session in answered { session.link.flush() }
    }
}

extension ServerLoop.Job {
    /// Hands the job to threads of the default executor.
    func runElsewhere() {
        switch self {
        case .preferring(let job): globalConcurrentExecutor.enqueue(job)
        case .own(let job): job.enqueue()
        }
    }
}
