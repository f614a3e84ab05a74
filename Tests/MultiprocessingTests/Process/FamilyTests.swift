import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Appends a line to a file, whole.
private func append(_ text: String, to path: String) {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    put(text + "\n", file)
    close(file)
}

/// Starts two children, one after the other, down to the second level.
private struct Branch: ProcessTask {
    var path: [Int]
    var file: String
    var method: String

    func run() async throws {
        append("\(path)", to: file)
        if path.count == 2 { return }
        for number in 0..<2 {
            let context = ProcessContext(try StartMethod(named: method))
            let child = ChildProcess(
                context: context, task: Branch(path: path + [number], file: file, method: method))
            try await child.start()
            try await child.join()
        }
    }
}

/// Starts a child that does the same, until there are none to be started; all of them stay.
private struct Chain: ProcessTask {
    var length: Int
    var method: String

    func run() async throws {
        if length > 1 {
            let context = ProcessContext(try StartMethod(named: method))
            let child = ChildProcess(
                context: context, options: .captured, task: Chain(length: length - 1, method: method))
            try await child.start()
            say("\(getpid())")
            for try await line in child.standardOutputLines { say(line) }
        } else {
            say("\(getpid())")
        }
        while true { try await Task.sleep(for: .seconds(1000)) }
    }
}

/// Leaves a daemon and an ordinary child behind at its end.
@concurrent @Sendable private func leaveTwoBehind(method: String) async throws {
    let context = ProcessContext(try StartMethod(named: method))
    let daemon = ChildProcess(name: "daemon", context: context, daemon: true, options: .captured) {
        say("daemon \(getpid())")
        while true { try await Task.sleep(for: .seconds(1000)) }
    }
    var options = StartOptions()
    options.standardInput = .inherited
    let ordinary = ChildProcess(name: "ordinary", context: context, options: options) {
        say("waiting")
        // Ends when its grandparent says so.
        _ = readLine()
        say("done")
    }
    // Used and joined by the child itself.
    let joined = ChildProcess(context: context, daemon: true, options: .captured) { say("joined") }
    for line in try await joined.report().output { say(line) }
    try await daemon.start()
    var lines = daemon.standardOutputLines.makeAsyncIterator()
    if let line = try await lines.next() { say(line) }
    try await ordinary.start()
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct FamilyTests {
    @Test("PRC-13 PRC-25: children of children, in depth-first order", arguments: everyContext)
    func depthFirst(context: ProcessContext) async throws {
        let file = "/tmp/mp-tree-\(getpid())-\(context)"
        defer { unlink(file) }
        let root = ChildProcess(context: context, task: Branch(path: [], file: file, method: "\(context)"))
        try await root.start()
        #expect(try await root.join() == .exited(0))
        let expected: [[Int]] = [[], [0], [0, 0], [0, 1], [1], [1, 0], [1, 1]]
        #expect(lines(of: file) == expected.map { "\($0)" })
    }

    @Test(
        "PRC-24 FOR-03: the end of the first of five generations is the end of all", arguments: everyContext)
    func fiveGenerations(context: ProcessContext) async throws {
        let root = ChildProcess(
            context: context, options: .captured, task: Chain(length: 5, method: "\(context)"))
        try await root.start()
        var pids: [Int32] = []
        for try await line in root.standardOutputLines {
            pids.append(try #require(Int32(line)))
            if pids.count == 5 { break }
        }
        #expect(Set(pids).count == 5)
        try root.kill()
        #expect(try await root.join() == .signaled(SIGKILL))
        // They are reaped by whoever inherited them: gone means not running, a zombie at the most.
        for pid in pids { while !["", "Z", "X"].contains(stateOfProcess(pid)) { await Task.yield() } }
    }

    @Test("PRC-19 PRC-20: a child waits for its own children, but not for daemons", arguments: everyContext)
    func endOfAChild(context: ProcessContext) async throws {
        let (reader, writer) = try pipePair()
        var options = StartOptions.captured
        options.standardInput = .descriptor(reader)
        let parent = ChildProcess("\(context)", context: context, options: options, leaveTwoBehind)
        try await parent.start()
        close(reader)
        var lines = parent.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "joined")
        var seen: [String] = []
        while seen.count < 2 { seen.append(try #require(try await lines.next())) }
        let daemon = try #require(seen.first { $0.hasPrefix("daemon") }.flatMap { Int32($0.dropFirst(7)) })
        #expect(seen.contains("waiting"))
        // The body has ended, the process has not: it waits for the ordinary one.
        #expect(try await parent.join(timeout: .milliseconds(50)) == nil)
        put("go\n", writer)
        close(writer)
        #expect(try await lines.next() == "done")
        #expect(try await parent.join(timeout: .seconds(60)) == .exited(0))
        #expect(["", "Z", "X"].contains(stateOfProcess(daemon)))
    }

    @Test("PRC-21: a child has a pool of its own", arguments: everyContext)
    func pool(context: ProcessContext) async throws {
        let child = ChildProcess("\(context)", context: context, options: .captured) { method in
            let pool = try ProcessPool(workers: 4, context: ProcessContext(try StartMethod(named: method)))
            let squares = try await pool.map(0..<7) { $0 * $0 }
            pool.close()
            try await pool.join()
            say("\(squares)")
        }
        #expect(try await child.report().output == ["[0, 1, 4, 9, 16, 25, 36]"])
    }

    @Test("DOC-13 DOC-14: listing while others start and end never fails, and names no one who ended")
    func listing() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10 {
                        let child = ChildProcess {}
                        try await child.start()
                        try await child.join()
                        #expect(!ChildProcess.active.contains { $0 === child })
                    }
                }
            }
            group.addTask {
                for _ in 0..<2000 {
                    #expect(!ChildProcess.active.contains { $0.pid == getpid() || $0.pid == nil })
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The lines of a file.
func lines(of path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}
