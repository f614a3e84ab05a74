/// Something that a process has, and that may outlive the test that made it.
enum Trace: Hashable, CustomStringConvertible {
    case child(pid: Int32, name: String)
    case descriptor(Int32, target: String)
    case thread(Int32, name: String)

    /// All that this process has now.
    static func all() -> Set<Trace> {
        let children = Survey.children().map { Trace.child(pid: $0, name: Survey.text("/proc/\($0)/comm")) }
        let descriptors = Survey.openDescriptors().map { Trace.descriptor($0, target: Survey.target(of: $0)) }
        let threads = Survey.numbers(in: "/proc/self/task").map {
            Trace.thread($0, name: Survey.text("/proc/self/task/\($0)/comm"))
        }
        return Set(children + descriptors + threads)
    }

    /// What of all this a process does not keep for as long as it lives.
    ///
    /// It keeps its fork servers, each with three sockets and a process descriptor, the one thread that waits for
    /// everything, those that wait for words of shared memory, and whatever Dispatch has for itself.
    static func unexpected(among traces: Set<Trace>) -> [Trace] {
        let servers = traces.count { $0.kind == "child mp-fork-server" }
        var allowed = [
            "child mp-fork-server": servers, "anon_inode:[pidfd]": servers + 2,
            "anon_inode:[eventpoll]": 8, "anon_inode:[eventfd]": 8, "anon_inode:[timerfd]": 8,
            "thread mp-sentinels": 1, "thread mp-words": 64,
        ]
        // A test has a queue in a static value, with two sockets, and the system's library keeps a pair of the last
        // program that it has run. When all tests run side by side, one or two more are left, by tests that leave none
        // when they run alone. What is left by every test is more.
        allowed["/memfd:mp-queue"] = 1
        allowed["socket"] = 3 * servers + 2 + 2 + 4
        // Those of the system's library come and go.
        allowed["pipe"] = 8
        return Dictionary(grouping: traces, by: \.kind).flatMap { kind, traces -> [Trace] in
            // Threads that are not the library's are somebody else's business.
            if kind.hasPrefix("thread "), !kind.hasPrefix("thread mp-") { return [] }
            return traces.count > allowed[kind, default: 0] ? traces : []
        }
    }

    /// What it has in common with others of its kind.
    private var kind: String {
        switch self {
        case .child(_, let name): "child \(name)"
        case .descriptor(_, let target): target.split(separator: " ").first.map(Self.withoutNumber) ?? ""
        case .thread(_, let name): "thread \(name)"
        }
    }

    /// `socket` for `socket:[17]`.
    private static func withoutNumber(_ target: Substring) -> String {
        let parts = target.split(separator: ":[", maxSplits: 1)
        return parts.count == 2 && Int(parts[1].dropLast()) != nil ? String(parts[0]) : String(target)
    }

    var description: String {
        switch self {
        case .child(let pid, let name): "the child \(pid), \(name)"
        case .descriptor(let number, let target): "the descriptor \(number) of \(target)"
        case .thread(_, let name): "the thread \(name)"
        }
    }
}
