import Glibc
import Synchronization

/// What the tests of this process have left behind when it ends: children, descriptors and threads.
///
/// Tests run side by side, so nothing that is there during one belongs to it for certain. But what is still there when
/// all are over was left by somebody, and those are named that ran when it was first seen.
enum Leftovers {
    private struct State {
        /// What was there before the first test.
        var beginning: Set<Trace>?
        var running: [String: Int] = [:]
        /// Tests that have ended since the last look.
        var ended: Set<String> = []
        var suspects: [Trace: [String]] = [:]
        var ends = 0
        var isReported = false
    }

    private static let state = Mutex(State())
    /// What is on its way out gets this long.
    private static let patience = 600

    /// A test begins.
    static func begin(_ test: String) {
        look()
        state.withLock { $0.running[test, default: 0] += 1 }
    }

    /// A test has ended.
    static func end(_ test: String) {
        look()
        let mustRegister = state.withLock { state in
            state.running[test, default: 1] -= 1
            if state.running[test] == 0 { state.running[test] = nil }
            state.ended.insert(test)
            state.ends += 1
            // What is registered last runs first: before the library ends what a program has forgotten.
            return state.ends & (state.ends - 1) == 0
        }
        if mustRegister { atexit { Leftovers.report() } }
    }

    private static func look() {
        let traces = Trace.all()
        state.withLock { state in
            if state.beginning == nil { state.beginning = traces }
            state.suspects = state.suspects.filter { traces.contains($0.key) }
            let tests = Array(state.running.keys) + state.ended
            for trace in traces where state.suspects[trace] == nil { state.suspects[trace] = tests }
            state.ended = []
        }
    }

    /// Ends the process with an error when something is left that nobody needs any more.
    private static func report() {
        let beginning: Set<Trace>? = state.withLock { state in
            defer { state.isReported = true }
            return state.isReported ? nil : state.beginning
        }
        guard let beginning else { return }
        var left: [Trace] = []
        for _ in 0..<patience {
            left = Trace.unexpected(among: Trace.all().subtracting(beginning))
            if left.isEmpty { return }
            usleep(100_000)
        }
        for trace in left {
            let tests = state.withLock { $0.suspects[trace] } ?? []
            print("error: \(trace) is left behind by one of: \(tests.sorted().joined(separator: ", "))")
        }
        fflush(nil)
        _exit(EXIT_FAILURE)
    }
}
