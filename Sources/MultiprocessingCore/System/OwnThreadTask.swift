import CMultiprocessing

/// Running parts of tasks on the thread that makes or resumes them, in a process of the library's own.
///
/// `Task.immediate` does that too, but its tasks pay for a lock at each call of a closure that says where it runs.
package enum OwnThreadTask {
    /// A part of a task that is ready to run; it is run once, by whoever has it.
    @safe package struct Job: @unchecked Sendable {
        // @unchecked because of the pointer, which belongs to whoever has the job.
        fileprivate let job: UnsafeMutableRawPointer

        /// Runs the task until it ends or suspends.
        package func run() { unsafe mp_task_run(job) }

        /// Lets the default executor run it after all.
        package func enqueue() { unsafe mp_task_enqueue(job) }
    }

    /// From now on this process can do it; it looks at every job that goes to the default executor.
    package static func prepare() { mp_task_prepare() }

    /// The next task that this thread makes or resumes stays with this thread, if it belongs to the default executor.
    package static func catchNext() { mp_task_catch() }

    /// Takes what has stayed here, and lets the next one go; nil if there is none, because others run it.
    package static func take() -> Job? { unsafe mp_task_take().map { unsafe Job(job: $0) } }

    /// Runs the task that has stayed here until it ends or suspends; false if there is none, because others run it.
    @discardableResult
    package static func run() -> Bool {
        guard let job = take() else { return false }
        job.run()
        return true
    }

    /// Whether the caller is such a task, and has stayed on the thread that made it.
    package static var isHere: Bool { mp_task_is_here() == 1 }

    /// What tells the current task from all others of this process; 0 outside of tasks.
    package static var currentNumber: UInt64 { mp_task_number() }
}
