import CMultiprocessing
import Glibc

/// A thread of the operating system, for what may neither block Dispatch nor depend on it.
package enum OSThread {
    private final class Work {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// What tells the calling thread from the others of the process; never zero.
    package static var currentID: UInt { UInt(pthread_self()) }

    /// Starts a thread that nobody joins.
    ///
    /// - Parameters:
    ///   - name: at most 15 bytes, as the kernel has it.
    ///   - stackBytes: nil for the system's default.
    ///   - body: what the thread does; it ends when this returns.
    /// - Throws: when there is no room for another thread.
    package static func start(
        named name: String, stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stackBytes { unsafe pthread_attr_setstacksize(&attributes, stackBytes) }
        let work = unsafe Unmanaged.passRetained(Work(name: name, run: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                // The retained reference from above.
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                unsafe mp_thread_name(work.name)
                work.run()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw SystemError(code: code, call: "pthread_create")
        }
    }
}
