import Foundation
import Glibc
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// What programs that are not of the library see of it, and it of them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ForeignProgramTests {
    @Test(
        "SPR-02: a child has none of its parent's files and none of its siblings' channels",
        arguments: everyContext)
    func inheritance(context: ProcessContext) async throws {
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            let gate = FileGate()
            defer { gate.remove() }
            // Files of the program's that it lets others inherit, low and high, from before and after the server.
            let file = open("/dev/zero", O_RDWR)
            var copies = (0..<20).map { fcntl(file, F_DUPFD, 40 + 30 * Int32($0)) }
            var siblings: [ChildProcess] = []
            for _ in 0..<3 {
                let sibling = ChildProcess(gate, context: context, options: .captured) { $0.pass() }
                try await sibling.start()
                siblings.append(sibling)
            }
            copies += (0..<20).map { fcntl(file, F_DUPFD, 41 + 30 * Int32($0)) }
            let (_, writer) = try Connection.pipe()
            let child = ChildProcess(context: context, options: .captured) {
                let targets = Survey.openDescriptors().filter { $0 > 2 }.map(Survey.target)
                // Its channel and its parent's handle; what Dispatch has besides is no file and no socket.
                let known = ["socket:", "anon_inode:"]
                say("\(targets.filter { $0.hasPrefix("socket:") }.count)")
                say("\(targets.filter { target in !known.contains { target.hasPrefix($0) } })")
                say("\(targets.filter { $0 == "anon_inode:[pidfd]" }.count)")
            }
            for line in try await child.report().output { say(line) }
            withExtendedLifetime((writer, copies)) {}
            gate.remove()
            for sibling in siblings { try await sibling.join() }
        }
        #expect(try await program.report().output == ["1", "[]", "1"])
    }

    /// `MULTIPROCESSING_FOREIGN_STARTS` makes it longer.
    @Test(
        "SPR-03: programs that fifty threads start meanwhile have nothing of the library's",
        arguments: everyContext)
    func foreignStarts(context: ProcessContext) async throws {
        let starts =
            Campaign.count("FOREIGN_STARTS") ?? 200
        let program = ChildProcess("\(context)", starts, options: .captured) { method, starts in
            let context = ProcessContext(try StartMethod(named: method))
            let foreigners = Foreigners(threads: 50)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<(starts / 8) {
                            let child = ChildProcess(context: context, options: .captured) {}
                            try await child.start()
                            try await child.join()
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seen = await foreigners.end()
            // What each of them had open.
            say("\(seen.count >= 50) \(Set(seen))")
        }
        let report = try await program.report()
        #expect(report.output == [#"true ["[]"]"#], "\(report.errors)")
    }

    @Test(
        "SPR-07: the variable that marks a child is gone in it, and does nothing to programs that nobody started so",
        arguments: everyContext)
    func mark(context: ProcessContext) async throws {
        let child = ChildProcess(context: context, options: .captured) {
            say(
                "\(ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("SWIFT_MULTIPROCESSING") })"
            )
            // Nor do programs that it starts see anything of it.
            _ = system("env | grep -c SWIFT_MULTIPROCESSING")
        }
        #expect(try await child.report().output == ["[]", "0"])
        for value in ["0", "1", "3", "99", "", "-1", "text", "3,closed", "2147483648"] {
            let outcome = try await HostProgram.run(
                ["map", "\(context)"], environment: ["SWIFT_MULTIPROCESSING_CHANNEL": value])
            #expect(outcome == .init(status: .exited(0), output: ["[1, 4, 9]"], errors: []))
        }
    }

    @Test(
        "SPR-09: children are this program, whatever lies in the folder or on the path under its name",
        arguments: everyContext)
    func planted(context: ProcessContext) async throws {
        let bash = "/bin/bash"
        guard access(bash, X_OK) == 0 else {
            print("SKIPPED: a program under another name: there is no \(bash)")
            return
        }
        let folder = "/tmp/mp-planted-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = Data("#!/bin/sh\necho planted\n".utf8)
        for name in ["planted", "ProcessHost", "exe"] {
            _ = FileManager.default.createFile(
                atPath: "\(folder)/\(name)", contents: script, attributes: [.posixPermissions: 0o755])
        }
        for name in ["planted", "./planted", "\(folder)/planted", "", "/dev/null", folder] {
            let outcome = try await HostProgram.run(
                ["-c", #"exec -a "$1" "$0" map "$2""#, try HostProgram.path, name, "\(context)"], path: bash,
                folder: folder, environment: ["PATH": ".:\(folder):/usr/bin:/bin"])
            #expect(outcome == .init(status: .exited(0), output: ["[1, 4, 9]"], errors: []), "\(name)")
        }
    }
}

/// Threads that start `ls` without the library, again and again, and read what it lists.
private final class Foreigners: Sendable {
    private struct State {
        var isOver = false
        var running: Int
        var seen: [String] = []
        var waiter: CheckedContinuation<[String], Never>?
    }

    private let state: Mutex<State>

    init(threads: Int) {
        state = Mutex(State(running: threads))
        for _ in 0..<threads { Thread.detachNewThread { [self] in work() } }
    }

    /// Lets each thread finish what it does; what all of them saw.
    func end() async -> [String] {
        await withCheckedContinuation { waiter in
            let seen = state.withLock { state -> [String]? in
                state.isOver = true
                if state.running == 0 { return state.seen }
                state.waiter = waiter
                return nil
            }
            if let seen { waiter.resume(returning: seen) }
        }
    }

    private func work() {
        repeat {
            let text = Self.list()
            state.withLock { $0.seen.append(text) }
        } while !state.withLock(\.isOver)
        let (waiter, seen) = state.withLock { state in
            state.running -= 1
            return (state.running == 0 ? state.waiter.take() : nil, state.seen)
        }
        waiter?.resume(returning: seen)
    }

    private static func list() -> String {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            return "no pipe"
        }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = [
            strdup("ls"), strdup("-l"), strdup("/proc/self/fd"), nil,
        ]
        defer { for case let argument? in arguments { free(argument) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, "/bin/ls", &actions, nil, &arguments, environ)
        close(ends[1])
        guard error == 0 else { return "no process: \(error)" }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 256)
        while case let count = read(ends[0], &part, part.count), count > 0 { bytes += part[..<count] }
        waitpid(pid, nil, 0)
        // Behind the streams come its own look, and now and then a file of `/proc` that Dispatch reads.
        let open = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .compactMap { $0.split(separator: " -> ") }.filter { $0.count == 2 }
            .map { (number: $0[0].split(separator: " ").last.flatMap { Int($0) } ?? -1, target: $0[1]) }
        guard open.count >= 4 else { return "only \(open.count)" }
        return
            "\(open.filter { !(0...2).contains($0.number) && !$0.target.hasPrefix("/proc/") }.map(\.target))"
    }
}
