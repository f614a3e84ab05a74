import CMultiprocessing

/// Running the beginning of a task on the thread that makes it, in a process of the library's own.
///
/// `Task.immediate` does that too, but its tasks pay for a lock at each call of a closure that says where it runs.
package enum OwnThreadTask {
    /// From now on this process can do it; it looks at every job that goes to the default executor.
    package static func prepare() { mp_task_prepare() }

    /// The next task that this thread makes, if it is a detached one, stays with this thread.
    package static func catchNext() { mp_task_catch() }

    /// Runs the task that has stayed here until it ends or suspends; false if there is none, because others run it.
    @discardableResult
    package static func run() -> Bool { mp_task_run() == 1 }

    /// Whether the caller is such a task, and has stayed on the thread that made it.
    package static var isHere: Bool { mp_task_is_here() == 1 }
}
