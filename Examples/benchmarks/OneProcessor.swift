import Glibc

/// Runs this program once more, held on one processor with everything that it starts.
enum OneProcessor {
    /// Tells the program that it runs there.
    static let option = "--one-processor"

    // Swift's Glibc module leaves out these two functions; every glibc has them.
    private typealias Call = @convention(c) (pid_t, Int, UnsafeMutablePointer<cpu_set_t>) -> Int32
    private static let getAffinity = unsafeBitCast(dlsym(nil, "sched_getaffinity"), to: Call.self)
    private static let setAffinity = unsafeBitCast(dlsym(nil, "sched_setaffinity"), to: Call.self)

    static func run(_ arguments: [String]) throws {
        var before = cpu_set_t()
        try check(getAffinity(0, MemoryLayout<cpu_set_t>.size, &before), "sched_getaffinity")
        var first = before.first
        // A process inherits what holds for the thread that starts it, so it is there from its first instruction.
        try check(setAffinity(0, MemoryLayout<cpu_set_t>.size, &first), "sched_setaffinity")
        defer { _ = setAffinity(0, MemoryLayout<cpu_set_t>.size, &before) }
        var words = (["benchmarks"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child = pid_t()
        let code = posix_spawn(&child, "/proc/self/exe", nil, nil, &words, environ)
        guard code == 0 else { throw Failure(description: "posix_spawn: \(code)") }
        var status = Int32()
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Failure(description: "on one processor it ended with status \(status)")
        }
    }

    private static func check(_ result: Int32, _ call: String) throws {
        guard result == 0 else { throw Failure(description: "\(call): \(errno)") }
    }
}

extension cpu_set_t {
    /// Only the first of these processors.
    fileprivate var first: cpu_set_t {
        var one = cpu_set_t()
        withUnsafeBytes(of: self) { all in
            withUnsafeMutableBytes(of: &one) { one in
                guard let index = all.firstIndex(where: { $0 != 0 }) else { return }
                one[index] = all[index] & (~all[index] &+ 1)
            }
        }
        return one
    }
}
