import CMultiprocessing
import Glibc

/// What the other threads of this process do, as the kernel sees it at one moment.
package struct ThreadSurvey: Sendable {
    package struct Thread: Sendable {
        /// Whether it waits for something, and would not run if it had a processor.
        package var isAsleep: Bool
        /// How often it has gone to sleep so far.
        package var sleeps: UInt64
        /// For how many nanoseconds it has had a processor so far.
        package var processorTime: UInt64

        package init(isAsleep: Bool, sleeps: UInt64, processorTime: UInt64) {
            self.isAsleep = isAsleep
            self.sleeps = sleeps
            self.processorTime = processorTime
        }
    }

    /// By the numbers that the kernel gives them.
    package var threads: [Int32: Thread]

    package init(_ threads: [Int32: Thread]) {
        self.threads = threads
    }

    /// All threads but the calling one; none where there is no `/proc`.
    package static var now: ThreadSurvey {
        var survey = ThreadSurvey([:])
        let own = mp_thread_id()
        for name in Folder("/proc/self/task")?.names() ?? [] {
            guard let id = Int32(name), id != own, let thread = thread(id) else { continue }
            survey.threads[id] = thread
        }
        return survey
    }

    /// One thread; nil when it has ended.
    private static func thread(_ id: Int32) -> Thread? {
        guard let status = TextFile.read("/proc/self/task/\(id)/status") else { return nil }
        var thread = Thread(isAsleep: false, sleeps: 0, processorTime: processorTime(of: id))
        for line in status.split(separator: "\n") {
            let words = line.split(separator: "\t")
            switch words.first {
            case "State:": thread.isAsleep = words.last?.first == "S"
            case "voluntary_ctxt_switches:": thread.sleeps = words.last.flatMap { UInt64($0) } ?? 0
            default: break
            }
        }
        return thread
    }

    private static func processorTime(of thread: Int32) -> UInt64 {
        // How the kernel makes the number of a clock out of that of a thread.
        let clock = clockid_t(truncatingIfNeeded: ~thread << 3 | 6)
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
