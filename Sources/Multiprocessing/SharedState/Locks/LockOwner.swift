import MultiprocessingCore

/// Who holds a lock within its process: a task, or outside of tasks a thread.
struct LockOwner: Hashable, Sendable {
    /// Never zero.
    let raw: UInt64

    /// Who asks.
    static var current: LockOwner {
        withUnsafeCurrentTask { task in
            guard let task else { return LockOwner(raw: UInt64(OSThread.currentID)) }
            // What tells a task from all others that are there is its place in memory, which is all that this handle
            // has. Its hash would do as well, and takes ten times as long. The highest bit tells it from threads.
            let place =
                MemoryLayout<UnsafeCurrentTask>.size == MemoryLayout<UInt>.size
                ? unsafeBitCast(task, to: UInt.self) : UInt(bitPattern: task.hashValue)
            return LockOwner(raw: UInt64(place) | 1 << 63)
        }
    }

    /// How descriptions call the process that holds a lock.
    static func name(_ pid: Int32?) -> String {
        guard let pid else { return "none" }
        return pid == ThisProcess.id ? ChildProcess.current.name : "process \(pid)"
    }
}
