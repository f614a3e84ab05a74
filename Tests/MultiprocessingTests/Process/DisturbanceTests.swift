import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// What else goes on in a process harms neither waits nor strangers.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct DisturbanceTests {
    @Test("FEI-02: a limit holds while ten thousand signals a second come")
    func signals() async throws {
        let program = ChildProcess(options: .captured) {
            signal(SIGALRM) { _ in }
            var interval = itimerval(
                it_interval: timeval(tv_sec: 0, tv_usec: 100), it_value: timeval(tv_sec: 0, tv_usec: 100))
            setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &interval, nil)
            let limit = Duration.milliseconds(500)
            let (event, queue) = (try SharedEvent(), try SharedQueue<Int>())
            let (here, there) = try Connection.pipe()
            let clock = ContinuousClock()
            let times = [
                try await clock.measure { _ = try await event.wait(timeout: limit) },
                await clock.measure { _ = try? await queue.get(timeout: limit) },
                try await clock.measure { _ = try await here.poll(timeout: limit) },
            ]
            there.close()
            interval = itimerval()
            setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &interval, nil)
            for time in times { say("\(time >= limit) \(time < .seconds(5))") }
        }
        let report = try await program.report()
        #expect(report.output == ["true true", "true true", "true true"], "\(report)")
        #expect(report.status == .exited(0))
    }

    @Test("SPR-03: no program that somebody else starts meanwhile has a descriptor of the library's")
    func strangers() async throws {
        let program = ChildProcess(options: .captured) {
            let found = SharedNames()
            let threads = (0..<4).map { _ in
                Task {
                    try await onThread { for _ in 0..<50 { found.add(descriptorsOfAStranger()) } }
                }
            }
            for _ in 0..<5 {
                try await withProcessPool(workers: 2) { pool async throws in
                    _ = try await pool.map(0..<10, chunkSize: 1) { [UInt8](repeating: 1, count: $0 << 16) }
                    let child = ChildProcess { await Task.yield() }
                    try await child.start()
                    try await child.join()
                }
            }
            for thread in threads { try await thread.value }
            say("\(found.all)")
        }
        let report = try await program.report()
        // The streams, and the folder that is listed; "no ls" and the like would be more.
        #expect(report.output == ["[]"], "\(report)")
    }

    @Test("SPR-07: a child's environment has nothing of the library's left in it", arguments: everyContext)
    func environment(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            var place = environ
            while let entry = place.pointee {
                say(String(cString: entry))
                place += 1
            }
        }
        let names = Set(try await child.report().output.map { String($0.prefix { $0 != "=" }) })
        var own: Set<String> = []
        var place = environ
        while let entry = place.pointee {
            own.insert(String(String(cString: entry).prefix { $0 != "=" }))
            place += 1
        }
        #expect(names.subtracting(own) == [])
        #expect(!names.isEmpty)
    }
}

/// What several threads have found.
private final class SharedNames: Sendable {
    private let names = Mutex<Set<String>>([])

    var all: [String] { names.withLock { $0.sorted() } }

    func add(_ name: String) {
        if !name.isEmpty { names.withLock { _ = $0.insert(name) } }
    }
}

/// The descriptors that a program has which is started by the system's own means, but for those that it should have.
private func descriptorsOfAStranger() -> String {
    let path = "/tmp/mp-stranger-\(getpid())-\(UInt64.random(in: 0...(.max)))"
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return "no file" }
    defer {
        close(file)
        unlink(path)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, file, STDOUT_FILENO)
    var arguments: [UnsafeMutablePointer<CChar>?] = [
        strdup("ls"), strdup("-l"), strdup("/proc/self/fd"), nil,
    ]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    guard posix_spawn(&pid, "/bin/ls", &actions, nil, &arguments, environ) == 0 else { return "no ls" }
    waitpid(pid, nil, 0)
    var text = [UInt8](repeating: 0, count: 1024)
    let count = pread(file, &text, text.count, 0)
    let lines = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    let descriptors = lines.filter { $0.contains(" -> ") }
    if descriptors.count < 4 { return "less than four: \(lines)" }
    return descriptors.map { $0.split(separator: " ").suffix(3) }
        .filter { Int($0.first ?? "").map { $0 > 3 } ?? true }
        // Dispatch opens those of its threads without protection, for a moment, when it counts the busy ones.
        .filter { !($0.last.map { $0.hasPrefix("/proc/") && $0.hasSuffix("/stat") } ?? false) }
        .map { $0.joined(separator: " ") }.joined(separator: ", ")
}
