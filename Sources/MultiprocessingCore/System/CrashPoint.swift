import Glibc

/// A place in the code where a test can have the process killed: between two changes of shared memory.
///
/// They are in debug builds only. The environment variable `MULTIPROCESSING_CRASH_AT` names one, and with a colon and a
/// number the pass that kills; without it, passing one costs a comparison.
enum CrashPoint {
    #if DEBUG
        private struct Target {
            let name: String
            let passes: Int
        }

        private static let target: Target? = {
            guard let value = unsafe getenv("MULTIPROCESSING_CRASH_AT") else { return nil }
            let parts = unsafe String(cString: value).split(separator: ":")
            guard let name = parts.first else { return nil }
            return Target(name: String(name), passes: parts.dropFirst().first.flatMap { Int($0) } ?? 1)
        }()
        private static let passed = GlobalMutex(0)

        @inline(never)
        static func pass(_ name: StaticString) {
            guard let target, "\(name)" == target.name else { return }
            let count = passed.withLock { passed in
                passed += 1
                return passed
            }
            if count == target.passes { kill(getpid(), SIGKILL) }
        }
    #else
        @inline(__always)
        static func pass(_ name: @autoclosure () -> StaticString) {}
    #endif
}
