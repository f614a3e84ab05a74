import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct WaitAnyTests {
    @Test(
        "PRC-14 PRC-25: the sentinel is an error before the start, and ready with the end",
        arguments: everyContext)
    func sentinel(context: ProcessContext) async throws {
        let gate = FileGate()
        defer { gate.remove() }
        let child = ChildProcess(gate, context: context) { $0.pass() }
        #expect(await code { _ = try child.sentinel } == .notStarted)
        #expect(await code { _ = try await waitAny([child]) } == .notStarted)
        try await child.start()
        let sentinel = WaitableDescriptor(try child.sentinel)
        #expect(try await waitAny([sentinel], timeout: .zero).isEmpty)
        #expect(try await waitAny([sentinel], timeout: .milliseconds(20)).isEmpty)
        gate.open()
        #expect(try await waitAny([sentinel], timeout: .seconds(60)) == [sentinel])
        #expect(try await child.join() == .exited(0))
        #expect(try await waitAny([sentinel], timeout: .zero) == [sentinel])
    }

    @Test("PRC-26: a child that signals itself makes its sentinel ready", arguments: everyContext)
    func signalled(context: ProcessContext) async throws {
        let child = ChildProcess(context: context) {
            kill(getpid(), SIGTERM)
            while true { pause() }
        }
        try await child.start()
        #expect(try await waitAny([WaitableDescriptor(child.sentinel)], timeout: .seconds(60)).count == 1)
        #expect(try await child.join() == .signaled(SIGTERM))
        #expect(child.exitCode == -15)
    }

    @Test("WAI-03 WAI-05: nothing ready gives nothing after the limit; then exactly the ready one comes")
    func limits() async throws {
        let (reader, writer) = try pipePair()
        let (other, otherWriter) = try pipePair()
        defer { for descriptor in [reader, writer, other, otherWriter] { close(descriptor) } }
        let both = [WaitableDescriptor(reader), WaitableDescriptor(other)]
        let start = ContinuousClock.now
        #expect(try await waitAny(both, timeout: .milliseconds(100)).isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(100))
        #expect(try await waitAny(both, timeout: .seconds(-5)).isEmpty)
        #expect(try await waitAny([WaitableDescriptor](), timeout: nil).isEmpty)
        put("x", otherWriter)
        #expect(try await waitAny(both) == [both[1]])
        // What is ready stays so until it is read.
        #expect(try await waitAny(both, timeout: .zero) == [both[1]])
    }

    @Test("WAI-06 WAI-09: ends of file count, also from before; what is given twice counts twice")
    func duplicates() async throws {
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        let end = WaitableDescriptor(reader)
        let waiting = Task { try await waitAny([end, end]) }
        close(writer)
        #expect(try await waiting.value == [end, end])
        #expect(try await waitAny([end, end, end], timeout: .zero).count == 3)
        #expect(await code { _ = try await waitAny([WaitableDescriptor(9999)]) } == .invalidArgument)
        // A file of the kind that is always ready.
        let file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        #expect(try await waitAny([WaitableDescriptor(file)]).count == 1)
    }

    @Test("children and descriptors together; each child is reported once it ended", arguments: everyContext)
    func mixture(context: ProcessContext) async throws {
        let (reader, writer) = try pipePair()
        defer { close(reader) }
        let gates = (0..<3).map { _ in FileGate() }
        defer { for gate in gates { gate.remove() } }
        let children = gates.map { gate in ChildProcess(gate, context: context) { $0.pass() } }
        for child in children { try await child.start() }
        let all: [any Waitable] = children + [WaitableDescriptor(reader)]
        #expect(try await waitAny(all, timeout: .milliseconds(10)).isEmpty)
        gates[1].open()
        let first = try await waitAny(all)
        #expect(first.count == 1 && (first[0] as? ChildProcess) === children[1])
        #expect(children[1].exitCode == 0)
        close(writer)
        let second = try await waitAny(all)
        #expect(second.count == 2 && second[1] is WaitableDescriptor)
        gates[0].open()
        gates[2].open()
        var left = [children[0], children[2]]
        while !left.isEmpty {
            let ended = try await waitAny(left)
            #expect(!ended.isEmpty && ended.allSatisfy { $0.exitCode == 0 })
            left.removeAll { child in ended.contains { $0 === child } }
        }
    }

    @Test("a cancelled wait ends at once and leaves everything as it was")
    func cancelled() async throws {
        let (reader, writer) = try pipePair()
        defer {
            close(reader)
            close(writer)
        }
        let waiting = Task { try await waitAny([WaitableDescriptor(reader)]) }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        put("x", writer)
        #expect(try await waitAny([WaitableDescriptor(reader)]).count == 1)
    }

    @Test("WAI-01: four children's outputs, ten lines each, in each one's order", arguments: everyContext)
    func fourWriters(context: ProcessContext) async throws {
        var readers: [Int32: (child: Int, text: String)] = [:]
        var children: [ChildProcess] = []
        for number in 0..<4 {
            let (reader, writer) = try pipePair()
            var options = StartOptions()
            options.standardOutput = .descriptor(writer)
            let child = ChildProcess(number, context: context, options: options) { number in
                for line in 0..<10 { say("\(number) \(line)") }
            }
            try await child.start()
            close(writer)
            readers[reader] = (number, "")
            children.append(child)
        }
        var texts: [Int: String] = [:]
        while !readers.isEmpty {
            for ready in try await waitAny(readers.keys.map { WaitableDescriptor($0) }) {
                var bytes = [UInt8](repeating: 0, count: 7)
                let count = read(ready.raw, &bytes, bytes.count)
                if count > 0 {
                    readers[ready.raw]?.text += String(decoding: bytes[..<count], as: UTF8.self)
                } else if let done = readers.removeValue(forKey: ready.raw) {
                    close(ready.raw)
                    texts[done.child] = done.text
                }
            }
        }
        for number in 0..<4 {
            #expect(texts[number] == (0..<10).map { "\(number) \($0)\n" }.joined())
            #expect(try await children[number].join() == .exited(0))
        }
    }
}
