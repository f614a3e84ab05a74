import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SettingsTests {
    @Test("PRC-23 PRC-28: the environment is exactly what the options say", arguments: everyContext)
    func environment(context: ProcessContext) async throws {
        // In a program of its own, which changes its environment.
        let program = ChildProcess("\(context)", options: .captured) { method in
            let context = ProcessContext(try StartMethod(named: method))
            setenv("MP_EARLY", "one", 1)
            try await ChildProcess(context: context, options: .captured) {}.report()
            // Set after a fork server was started.
            setenv("MP_LATE", "late", 1)
            say("\(variableCount())")
            for environment in [
                .inherited, .updated(["MP_EARLY": "two", "MP_LATE": nil, "MP_NEW": ""]),
                .custom(["MP_NEW": "a=b"]), .custom([:]), .inherited,
            ] as [StartOptions.Environment] {
                var options = StartOptions.captured
                options.environment = environment
                let child = ChildProcess(context: context, options: options) {
                    let names = ["MP_EARLY", "MP_LATE", "MP_NEW"]
                    let values = names.map { name in getenv(name).map { String(cString: $0) } ?? "-" }
                    say("\(values) \(variableCount())")
                }
                for line in try await child.report().output { say(line) }
            }
            say(getenv("MP_NEW") == nil ? "unchanged" : "changed")
        }
        let report = try await program.report()
        let count = try #require(report.output.first)
        #expect(
            report.output.dropFirst() == [
                #"["one", "late", "-"] \#(count)"#, #"["two", "-", ""] \#(count)"#, #"["-", "-", "a=b"] 1"#,
                #"["-", "-", "-"] 0"#, #"["one", "late", "-"] \#(count)"#, "unchanged",
            ])
        #expect(report.errors == [])
    }

    @Test("environments of thousands of variables", arguments: everyContext)
    func largeEnvironment(context: ProcessContext) async throws {
        var options = StartOptions.captured
        let values = (0..<5000).map { ("MP_\($0)", String(repeating: "x", count: $0 % 100)) }
        options.environment = .custom(Dictionary(uniqueKeysWithValues: values))
        let child = ChildProcess(context: context, options: options) {
            let isRight = (0..<5000).allSatisfy { strlen(getenv("MP_\($0)")) == $0 % 100 }
            say("\(variableCount()) \(isRight)")
        }
        #expect(try await child.report().output == ["5000 true"])
    }

    @Test("PRC-30: the working directory, and one that is none", arguments: everyContext)
    func workingDirectory(context: ProcessContext) async throws {
        func folder(_ path: String?) -> ChildProcess {
            var options = StartOptions.captured
            options.workingDirectory = path
            return ChildProcess(context: context, options: options) {
                say(realpath(".", nil).map { String(cString: $0) } ?? "-")
            }
        }
        let here = realpath(".", nil).map { String(cString: $0) } ?? "?"
        #expect(try await folder(nil).report().output == [here])
        #expect(try await folder("/usr").report().output == ["/usr"])
        // EXT-02: that is no wrong exit status, but a fault of the system's.
        let lost = folder("/no/such/folder")
        let error = await #expect(throws: MultiprocessingError.self) { try await lost.start() }
        #expect(error?.code == .startFailed)
        #expect(error?.description.contains("chdir(/no/such/folder)") == true)
        #expect(lost.pid == nil && !lost.isAlive && !ChildProcess.active.contains { $0 === lost })
        #expect(lost.description.hasSuffix(", not started)"))
        #expect(await code { try await folder("a\0b").start() } == .invalidArgument)
    }

    @Test("PRC-38: process group and session", arguments: everyContext)
    func groups(context: ProcessContext) async throws {
        func seen(_ group: StartOptions.ProcessGroup) async throws -> (child: ChildProcess, report: Report) {
            var options = StartOptions.captured
            options.processGroup = group
            let child = ChildProcess(context: context, options: options) { say("\(getpgrp()) \(getsid(0))") }
            return (child, try await child.report())
        }
        #expect(try await seen(.inherited).report.output == ["\(getpgrp()) \(getsid(0))"])
        let own = try await seen(.own)
        #expect(own.report.output == [own.child.pid.map { "\($0) \(getsid(0))" } ?? ""])
        let session = try await seen(.ownSession)
        #expect(session.report.output == [session.child.pid.map { "\($0) \($0)" } ?? ""])
        #expect(await code { _ = try await seen(.joined(Int32.max)) } == .startFailed)
    }

    @Test("PRC-38: user and groups take effect, or the start fails", arguments: everyContext)
    func users(context: ProcessContext) async throws {
        var options = StartOptions.captured
        options.userID = 65534
        options.groupID = 65533
        options.supplementaryGroups = [65531, 65532]
        let child = ChildProcess(context: context, options: options) {
            var groups = [gid_t](repeating: 0, count: 8)
            let count = getgroups(8, &groups)
            say("\(getuid()) \(getgid()) \(groups.prefix(Int(max(0, count))).sorted())")
        }
        if geteuid() == 0 {
            #expect(try await child.report().output == ["65534 65533 [65531, 65532]"])
        } else {
            #expect(await code { try await child.start() } == .startFailed)
        }
    }

    @Test("processors, niceness and limits", arguments: everyContext)
    func scheduling(context: ProcessContext) async throws {
        var options = StartOptions.captured
        options.processors = [0]
        options.niceness = 7
        options.limits = [ResourceLimit(.openFiles, 50, hard: 60), ResourceLimit(.coreFileSize, 0)]
        let child = ChildProcess(context: context, options: options) {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            say(
                "\(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)) \(limit.rlim_cur) \(limit.rlim_max)"
            )
            say(statusLine("Cpus_allowed_list"))
        }
        #expect(try await child.report().output == ["7 50 60", "0"])
        for wrong in [-21, 20] {
            var options = StartOptions()
            options.niceness = wrong
            #expect(
                await code { try await ChildProcess(context: context, options: options) {}.start() }
                    == .invalidArgument)
        }
        var nowhere = StartOptions()
        nowhere.processors = [4095]
        #expect(
            await code { try await ChildProcess(context: context, options: nowhere) {}.start() }
                == .startFailed)
        nowhere.processors = []
        #expect(
            await code { try await ChildProcess(context: context, options: nowhere) {}.start() }
                == .invalidArgument)
    }

    @Test("a child may outlive its parent", arguments: everyContext)
    func outliving(context: ProcessContext) async throws {
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        let child = ChildProcess("\(context)", context: context, options: .captured) { method in
            var options = StartOptions.captured
            options.outlivesParent = true
            options.standardOutput = .inherited
            let grandchild = ChildProcess(
                context: ProcessContext(try StartMethod(named: method)), options: options
            ) {
                say("\(getpid())")
                // Until the parent is gone, and a little longer: its end of the channel is closed then.
                while ChildProcess.parent.map({ kill($0.pid, 0) == 0 && stateOfProcess($0.pid) != "Z" })
                    ?? false
                {
                    usleep(1000)
                }
                say("still here")
            }
            try await grandchild.start()
            kill(getpid(), SIGKILL)
        }
        close(writer)
        let report = try await child.report()
        #expect(report.status == .signaled(SIGKILL))
        #expect(report.output.last == "still here")
    }
}

/// How many variables the environment has.
func variableCount() -> Int {
    var count = 0
    while environ[count] != nil { count += 1 }
    return count
}

/// The value of a line of this process's status.
func statusLine(_ name: String) -> String {
    guard let file = fopen("/proc/self/status", "r") else { return "" }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 1024)
    while fgets(&bytes, 1024, file) != nil {
        let line = String(
            decoding: bytes.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if line.hasPrefix(name + ":") { return String(line.dropFirst(name.count + 2)) }
    }
    return ""
}
