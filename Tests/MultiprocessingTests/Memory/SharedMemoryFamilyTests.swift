import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SharedMemoryFamilyTests {
    @Test("SHM-09 SHM-11: children write through the name and through the handle", arguments: everyContext)
    func children(context: ProcessContext) async throws {
        let named = try SharedMemory(creating: nil, count: 100)
        let anonymous = try SharedMemory(count: 100)
        let byName = ChildProcess(try #require(named.name), context: context) { name in
            try SharedMemory(attaching: name).write("by name".utf8)
        }
        let byHandle = ChildProcess(named, anonymous, context: context, options: .captured) {
            named, anonymous in
            try anonymous.write("by handle".utf8)
            try named.write("too".utf8, at: 50)
            say("\(named.isOwner) \(anonymous[99])")
        }
        anonymous[99] = 3
        try await byName.start()
        #expect(try await byName.join() == .exited(0))
        #expect(try await byHandle.report() == Report(status: .exited(0), output: ["false 3"], errors: []))
        #expect(try String(decoding: named.copyBytes(0..<7), as: UTF8.self) == "by name")
        #expect(try String(decoding: named.copyBytes(50..<53), as: UTF8.self) == "too")
        #expect(try String(decoding: anonymous.copyBytes(0..<9), as: UTF8.self) == "by handle")
    }

    @Test(
        "SHM-18: a mebibyte without a name crosses in a message, and back as another", arguments: everyContext
    )
    func regions(context: ProcessContext) async throws {
        let sent = try SharedMemory(count: 1 << 20)
        try sent.write((0..<1 << 20).lazy.map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let bytes = try sent.copyBytes()
        try await withProcessPool(workers: 1, context: context) { pool in
            let reply = try await pool.apply(sent) { memory in
                let copy = try SharedMemory(count: memory.count)
                try copy.write(memory.copyBytes().reversed())
                return copy
            }
            #expect(try reply.copyBytes() == bytes.reversed())
        }
        #expect(try sent.copyBytes() == bytes)
    }

    @Test(
        "SHM-10 SHL-09: a sent handle whose name was removed before it came fails with 'not found'",
        arguments: everyContext)
    func removedBefore(context: ProcessContext) async throws {
        try await withProcessPool(workers: 1, context: context) { pool in
            let memory = try SharedMemory(creating: nil, count: 10)
            let list = try SharedList(creating: nil, [1])
            try memory.unlink()
            try list.memory.unlink()
            for call in [
                { try await pool.apply(memory) { $0.count } }, { try await pool.apply(list) { $0.count } },
            ]
                as [@Sendable () async throws -> Int]
            {
                do {
                    Issue.record("\(try await call()) came")
                } catch let error as MultiprocessingError {
                    #expect("\(error)".contains("there is no shared memory"))
                }
            }
            #expect(try await pool.apply(1) { $0 + 1 } == 2)
        }
    }

    @Test(
        "SHM-16 SHM-17: the end of a process that only uses memory removes nothing, however it ends",
        arguments: everyContext)
    func users(context: ProcessContext) async throws {
        let memory = try SharedMemory(creating: nil, count: 10)
        let name = try #require(memory.name)
        for signal in [nil, SIGKILL] {
            let child = ChildProcess(name, signal, context: context, options: .captured) { name, signal in
                let memory = try SharedMemory(attaching: name)
                memory[0] += 1
                if let signal { kill(getpid(), signal) }
            }
            #expect(try await child.report().errors == [])
            #expect(SharedMemory.status(of: name) == .owned(by: getpid()))
        }
        #expect(memory[0] == 2)
    }

    @Test("RTR-08 RTR-10: what a child removes or takes over stays that way", arguments: everyContext)
    func removedByChild(context: ProcessContext) async throws {
        let memory = try SharedMemory(creating: nil, count: 10)
        let taken = try SharedMemory(creating: nil, count: 10)
        let child = ChildProcess(memory, taken, context: context, options: .captured) { memory, taken in
            try memory.unlink()
            try taken.takeOwnership()
        }
        #expect(try await child.report() == Report(status: .exited(0), output: [], errors: []))
        #expect(SharedMemory.status(of: try #require(memory.name)) == .absent)
        #expect(SharedMemory.status(of: try #require(taken.name)) == .absent)
        #expect(!taken.isOwner)
    }

    @Test("the normal end of an owner removes the name, after its children ended", arguments: everyContext)
    func normalEnd(context: ProcessContext) async throws {
        let child = ChildProcess("\(context)", context: context, options: .captured) { method in
            let memory = try SharedMemory(creating: nil, count: 10)
            guard let name = memory.name else { return }
            say(name)
            let gate = FileGate()
            let inner = ChildProcess(
                name, gate, context: ProcessContext(try StartMethod(named: method))
            ) { name, gate in
                gate.pass()
                say("\(try SharedMemory(attaching: name).count)")
            }
            try await inner.start()
            Finalizer { gate.remove() }
            // Kept until the end of the process.
            Finalizer(priority: -2) { _ = memory.count }
        }
        let report = try await child.report()
        #expect(report.output.count == 2 && report.output.last == "10" && report.errors == [])
        #expect(SharedMemory.status(of: try #require(report.output.first)) == .absent)
    }

    @Test(
        "DOC-04: memory stays usable after its owner was killed, and its name is gone when that is known",
        arguments: everyContext)
    func killedOwner(context: ProcessContext) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, context: context, options: .captured) { gate in
            let memory = try SharedMemory(creating: nil, count: 10) {
                $0.storeBytes(of: 7, toByteOffset: 0, as: UInt8.self)
            }
            say(memory.name ?? "")
            gate.pass()
            withExtendedLifetime(memory) { _ = kill(getpid(), SIGKILL) }
        }
        try await child.start()
        var lines = child.standardOutputLines.makeAsyncIterator()
        let memory = try SharedMemory(attaching: try #require(try await lines.next()))
        gate.open()
        #expect(try await child.join() == .signaled(SIGKILL))
        #expect(SharedMemory.status(of: try #require(memory.name)) == .absent)
        memory[1] = 8
        #expect(try memory.copyBytes(0..<2) == [7, 8])
    }

    @Test("DOC-05: a name that a killed process had can be had again", arguments: everyContext)
    func nameAgain(context: ProcessContext) async throws {
        let name = "test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        for _ in 0..<3 {
            let child = ChildProcess(name, context: context, options: .captured) { name in
                let memory = try SharedMemory(creating: name, count: 10)
                withExtendedLifetime(memory) { _ = kill(getpid(), SIGKILL) }
            }
            #expect(try await child.report().status == .signaled(SIGKILL))
        }
        #expect(SharedMemory.status(of: name) == .absent)
    }

    @Test(
        "RTR-02 RTR-06: processes that are killed while they make and remove names leave none",
        arguments: everyContext)
    func killedAtAnyTime(context: ProcessContext) async throws {
        let prefix = "test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        var random = SplitMix64(state: 11)
        for round in 0..<15 {
            let turns = Int.random(in: 0..<300, using: &random)
            let child = ChildProcess(prefix, round, context: context, options: .captured) { prefix, round in
                say("begins")
                for number in 0... {
                    let kept = try SharedMemory(creating: "\(prefix)-\(round)-\(number)", count: 10000)
                    let list = try SharedList(creating: "\(prefix)-\(round)-\(number)-list", [1, "text"])
                    try list.memory.unlink()
                    kept.close()
                }
            }
            try await child.start()
            var lines = child.standardOutputLines.makeAsyncIterator()
            _ = try await lines.next()
            for _ in 0..<turns { await Task.yield() }
            try child.kill()
            #expect(try await child.join() == .signaled(SIGKILL))
            #expect(SharedMemory.names.filter { $0.hasPrefix(prefix) } == [])
        }
    }

    @Test("a thousand names are made and removed in no more time than they need each")
    func manyNames() throws {
        let before = Set(SharedMemory.names)
        var all: [SharedMemory] = []
        for _ in 0..<1000 { all.append(try SharedMemory(creating: nil, count: 100)) }
        let names = Set(all.compactMap(\.name))
        #expect(names.count == 1000 && names.isDisjoint(with: before))
        #expect(names.isSubset(of: SharedMemory.names))
        all = []
        #expect(names.isDisjoint(with: SharedMemory.names))
    }

    @Test("DOC-06 DOC-07: names are cleaned up when that was chosen, and not otherwise")
    func cleaningTimes() async throws {
        try await inOwnMemory("cleaning", size: "1m", output: ["cleaned when chosen"])
    }

    @Test("S10: full memory for names is an error at creation, and the program goes on")
    func fullMemory() async throws {
        try await inOwnMemory("fullMemory", size: "64k", output: ["full, and still here"])
    }

    /// Runs a scene of the host program where the folder for shared memory is its own.
    private func inOwnMemory(_ scene: String, size: String, output: [String]) async throws {
        let script =
            "mount -t tmpfs -o size=\(size) none /dev/shm || exit 77; \"$0\" \(scene) && ls -A /dev/shm"
        let arguments = ["--mount", "/bin/sh", "-c", script, try HostProgram.path]
        guard let outcome = try await HostProgram.runUnshared(arguments, skipping: scene) else { return }
        #expect(outcome == .init(status: .exited(0), output: output, errors: []))
    }
}
