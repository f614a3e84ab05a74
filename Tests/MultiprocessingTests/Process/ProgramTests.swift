import Foundation
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ProgramTests {
    @Test(
        "the end of a program terminates daemons and waits for other children", arguments: ["end", "exit"],
        everyContext)
    func end(command: String, context: ProcessContext) async throws {
        let input = Pipe()
        async let running = HostProgram.run([command, "\(context)"], input: input)
        // Nothing but the end of its input ends the ordinary child.
        try input.fileHandleForWriting.close()
        let outcome = try await running
        #expect(outcome.status == .exited(command == "exit" ? 3 : 0))
        #expect(outcome.errors == [])
        let daemon = try #require(outcome.output.first?.split(separator: " ").last.flatMap { Int32($0) })
        #expect(["", "Z", "X"].contains(stateOfProcess(daemon)))
        #expect(
            outcome.output.dropFirst().filter { $0 != "ordinary child done" } == [
                "main ends", "finalizer", "children ended with -15 and 0",
            ])
        #expect(outcome.output.contains("ordinary child done"))
    }

    @Test(
        "STM-09: however the program was started, its functions run in five workers", arguments: everyContext)
    func waysToBeStarted(context: ProcessContext) async throws {
        let path = try HostProgram.path
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let scratch = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        try FileManager.default.createSymbolicLink(atPath: "\(scratch)/link", withDestinationPath: path)
        let ways: [(path: String, arguments: [String], folder: String?, environment: [String: String])] = [
            (path, ["map", "\(context)"], nil, [:]),
            ("/bin/sh", ["-c", "./ProcessHost map \(context)"], folder, [:]),
            ("/bin/sh", ["-c", "ProcessHost map \(context)"], "/", ["PATH": "\(folder):/usr/bin:/bin"]),
            ("\(scratch)/link", ["map", "\(context)"], "/usr", [:]),
        ]
        for way in ways {
            let outcome = try await HostProgram.run(
                way.arguments, path: way.path, folder: way.folder, environment: way.environment)
            #expect(outcome == .init(status: .exited(0), output: ["[1, 4, 9]"], errors: []))
        }
    }

    @Test("the file of the program may be replaced while it runs", arguments: everyContext)
    func replacedFile(context: ProcessContext) async throws {
        let scratch = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let copy = "\(scratch)/program"
        try FileManager.default.copyItem(atPath: HostProgram.path, toPath: copy)
        let outcome = try await HostProgram.run(["replace", "\(context)"], path: copy)
        #expect(outcome == .init(status: .exited(0), output: ["child 1", "child 2", "child 3"], errors: []))
        // It was replaced.
        #expect(try await HostProgram.run([], path: copy).output == ["another program"])
    }

    @Test(
        "S13 SPR-05: signals never reach a process that got a child's number after its end",
        arguments: everyContext)
    func reusedNumbers(context: ProcessContext) async throws {
        let arguments = ["--pid", "--fork", "--mount-proc", try HostProgram.path, "reuse", "\(context)"]
        guard let outcome = try await HostProgram.runUnshared(arguments, skipping: "reused numbers") else {
            return
        }
        #expect(outcome == .init(status: .exited(0), output: ["20 strangers were left alone"], errors: []))
    }

    @Test("MSC-03: no start method makes a file in the folders for temporary files", arguments: everyContext)
    func noFiles(context: ProcessContext) async throws {
        // In a name space of its own, where these folders are empty; the program itself may lie in one of them.
        let script = """
            exec 9<"$0"
            mount -t tmpfs none /tmp && mount -t tmpfs none /dev/shm || exit 77
            program=/proc/self/fd/9
            $program map \(context) && $program end \(context) </dev/null >/dev/null && ls -A /tmp /dev/shm
            """
        let arguments = ["--mount", "/bin/sh", "-c", script, try HostProgram.path]
        guard let outcome = try await HostProgram.runUnshared(arguments, skipping: "temporary files") else {
            return
        }
        #expect(
            outcome == .init(status: .exited(0), output: ["[1, 4, 9]", "/dev/shm:", "/tmp:"], errors: []))
    }

    /// `MULTIPROCESSING_KILLS` makes it longer.
    @Test("FOR-04: a parent that is killed while it starts children leaves none", arguments: everyContext)
    func killedWhileStarting(context: ProcessContext) async throws {
        let rounds = Campaign.count("KILLS") ?? 15
        for round in 0..<rounds {
            var options = StartOptions.captured
            options.processGroup = .ownSession
            let parent = ChildProcess(try HostProgram.path, "\(context)", options: options) { path, method in
                var arguments: [UnsafeMutablePointer<CChar>?] = [
                    strdup(path), strdup("startMany"), strdup(method), nil,
                ]
                execv(path, &arguments)
            }
            try await parent.start()
            var lines = parent.standardOutputLines.makeAsyncIterator()
            #expect(try await lines.next() != nil)
            let pid = try #require(parent.pid)
            // Somewhere among its starts: each round a little later.
            let moment = ContinuousClock.now + .microseconds(300 * round)
            while ContinuousClock.now < moment { await Task.yield() }
            try parent.kill()
            try await parent.join()
            while !members(ofSession: pid).isEmpty { await Task.yield() }
        }
    }

    private func temporaryFolder() throws -> String {
        let path = "/tmp/mp-program-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    /// The processes of a session that run.
    private func members(ofSession session: Int32) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
                return false
            }
            let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 3 && fields[3] == "\(session)" && fields[0] != "Z" && fields[0] != "X"
        }
    }
}
