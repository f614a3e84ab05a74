import CMultiprocessing

/// Copies of this process.
enum ProcessCopy {
    private final class Beginning {
        let body: () -> Never

        init(_ body: @escaping () -> Never) { self.body = body }
    }

    /// Copies the process; the copy runs the body, on its only thread.
    ///
    /// - Returns: the copy's number.
    /// - Throws: when the system has no room for it, or for the thread that makes it.
    static func make(_ body: @escaping () -> Never) throws(SystemError) -> Int32 {
        let beginning = unsafe Unmanaged.passRetained(Beginning(body))
        let begin: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
            // It was given the object's address, and nothing releases that in the copy.
            guard let context = unsafe context else { return }
            unsafe Unmanaged<Beginning>.fromOpaque(context).takeUnretainedValue().body()
        }
        let pid = unsafe mp_fork(begin, beginning.toOpaque())
        let error = SystemError.last("fork")
        unsafe beginning.release()
        guard pid > 0 else { throw error }
        return pid
    }
}
