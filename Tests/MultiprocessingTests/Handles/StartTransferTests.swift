import Glibc
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

private struct WriteTask: ProcessTask {
    let end: PipeEnd
    let text: String
    func run() async throws { try end.write(text) }
}

/// Handles that a child gets with its body.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct StartTransferTests {
    /// Starts a child, waits for it, and reads what it wrote; the writing end here is gone by then.
    private func text(
        from reader: PipeEnd, _ child: ChildProcess
    ) async throws -> String {
        try await child.start()
        #expect(try await child.join() == .exited(0))
        return try reader.readAll()
    }

    /// The child, made where the writing end is known, which nobody here keeps.
    private func child(
        _ make: (_ writer: PipeEnd) -> ChildProcess
    ) throws -> (PipeEnd, ChildProcess) {
        let (reader, writer) = try PipeEnd.pair()
        return (reader, make(writer))
    }

    @Test("FDP-06: a handle can be all that a body captures", arguments: everyContext)
    func capturedAlone(context: ProcessContext) async throws {
        let (reader, one) = try child { writer in
            ChildProcess(context: context) { try writer.write("struct") }
        }
        #expect(try await text(from: reader, one) == "struct")
        let (second, two) = try child { writer in
            let object = SharedEnd(writer)
            return ChildProcess(context: context) { try object.end.write("object") }
        }
        #expect(try await text(from: second, two) == "object")
        let (third, three) = try child { writer in
            let list = [writer]
            return ChildProcess(context: context) { for end in list { try end.write("array") } }
        }
        #expect(try await text(from: third, three) == "array")
    }

    @Test(
        "FDP-14: handles inside of other values, and the same one several times, arrive as one",
        arguments: everyContext)
    func inside(context: ProcessContext) async throws {
        let (reader, one) = try child { writer in
            let (ends, name, number) = (Ends(all: writer), "tëxt", 7)
            let inner = { @Sendable in try writer.write("\(name) \(number) ") }
            return ChildProcess(ends, context: context) { argument in
                try inner()
                let numbers = Set(ends.all.map(\.descriptor.raw))
                try writer.write("\(ends.all.count) \(numbers == [writer.descriptor.raw]) ")
                // The body comes in the same message as the arguments.
                try writer.write("\(Set(argument.all.map(\.descriptor.raw)) == numbers)")
            }
        }
        #expect(try await text(from: reader, one) == "tëxt 7 7 true true")
    }

    @Test("FDP-06: handles are arguments and values of tasks", arguments: everyContext)
    func arguments(context: ProcessContext) async throws {
        let (reader, one) = try child { writer in
            ChildProcess(writer, "text", context: context) { end, text in try end.write(text) }
        }
        #expect(try await text(from: reader, one) == "text")
        let (second, two) = try child { writer in
            ChildProcess(context: context, task: WriteTask(end: writer, text: "task"))
        }
        #expect(try await text(from: second, two) == "task")
    }

    @Test(
        "FDP-02 FDP-05: numbers above 255 travel, and each end keeps its direction", arguments: everyContext)
    func highNumbers(context: ProcessContext) async throws {
        let (input, inputWriter) = try PipeEnd.pair()
        let (reader, one) = try {
            let (reader, writer) = try PipeEnd.pair()
            let (high, highInput) = (try writer.duplicated(from: 300), try input.duplicated(from: 300))
            #expect(high.descriptor.raw >= 300 && highInput.descriptor.raw >= 300)
            let child = ChildProcess(highInput, high, context: context) { input, output in
                var byte: UInt8 = 0
                guard read(input.descriptor.raw, &byte, 1) == 1 else { exit(3) }
                try output.write("got \(byte) \(write(input.descriptor.raw, &byte, 1))")
            }
            return (reader, child)
        }()
        try inputWriter.write("A")
        #expect(try await text(from: reader, one) == "got 65 -1")
    }

    @Test("FDP-09: many handles reach a child, and too many are an error", arguments: everyContext)
    func many(context: ProcessContext) async throws {
        let (reader, writer) = try PipeEnd.pair()
        let ends = try (0..<254).map { _ in try writer.duplicated() }
        let accepted = Array(ends.prefix(252))
        let one = ChildProcess(accepted, context: context, options: .captured) { ends in
            for end in ends { try end.write(".") }
            say("\(Set(ends.map(\.descriptor.raw)).count)")
        }
        #expect(try await one.report().output == ["252"])
        let two = ChildProcess(ends, context: context) { _ in }
        let error = await #expect(throws: MultiprocessingError.self) { try await two.start() }
        #expect(error?.code == .unencodable)
        #expect(error?.description.contains("253") == true)
        let three = ChildProcess(context: context) { _ = ends }
        await #expect(throws: MultiprocessingError.self) { try await three.start() }
        _ = reader
    }

    @Test("FDP-10: descriptors that a child does not decode are closed in it", arguments: everyContext)
    func unwanted(context: ProcessContext) async throws {
        let (_, writer) = try PipeEnd.pair()
        var counts: [String] = []
        for ends in [[], [writer], try (0..<20).map { _ in try writer.duplicated() }] {
            let child = ChildProcess(
                Unwanted(ends, number: 3), context: context, options: .captured
            ) { unwanted in
                say("\(unwanted.number) \(Survey.openDescriptors().count)")
            }
            counts += try await child.report().output
        }
        #expect(counts.count == 3 && Set(counts).count == 1)
    }

    @Test("FDP-10: starts with handles leave no descriptor here")
    func starts() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            var counts: [Int] = []
            for _ in 0..<4 {
                for _ in 0..<25 {
                    let (reader, writer) = try PipeEnd.pair()
                    let child = ChildProcess(SharedEnd(writer), context: ProcessContext(.forkserver)) { end in
                        try end.end.write("x")
                        _ = writer
                    }
                    try await child.start()
                    try await child.join()
                    var byte: UInt8 = 0
                    guard read(reader.descriptor.raw, &byte, 1) == 1 else { exit(3) }
                }
                counts.append(Survey.openDescriptors().count)
            }
            // What belongs to the child that ended last may still be being let go.
            say("\(counts[3] - counts[1] < 10) \(counts)")
        }
        let report = try await program.report()
        #expect(report.errors == [])
        #expect(report.output.first?.hasPrefix("true") == true, "\(report.output)")
    }

    @Test("a preload closure is refused handles, which its server's children would not find")
    func preload() async throws {
        let (_, writer) = try PipeEnd.pair()
        let error = #expect(throws: ClosureRefusedError.self) {
            try ProcessContext.forkserver { try writer.write("x") }
        }
        #expect(error?.message.contains("each child") == true)
    }

    @Test("FDP-06: a forked copy finds the handle itself")
    func forked() async throws {
        let program = ChildProcess(context: ProcessContext(.spawn), options: .captured) {
            let (reader, writer) = try PipeEnd.pair()
            let child = ChildProcess(writer, context: ProcessContext(.fork)) { end in
                try end.write("\(end.descriptor.raw == writer.descriptor.raw)")
            }
            try await child.start()
            try await child.join()
            var bytes = [UInt8](repeating: 0, count: 16)
            let count = read(reader.descriptor.raw, &bytes, 16)
            say(String(decoding: bytes[..<max(0, count)], as: UTF8.self))
        }
        #expect(try await program.report().output == ["true"])
    }
}
