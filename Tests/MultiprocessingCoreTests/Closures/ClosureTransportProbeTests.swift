import Foundation
import TestSupport
import Testing

/// Runs the table of closures through two processes, each with addresses of its own.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ClosureTransportProbeTests {
    private struct Outcome {
        let status: Int32
        let output: Data
        let errors: String
    }

    /// Products lie beside the test bundle.
    private var probe: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(component: "ClosureTransportProbe")
    }

    private func run(_ command: String, input: Data) throws -> Outcome {
        let process = Process()
        process.executableURL = probe
        process.arguments = [command]
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        let directory = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Files have no limit at which a writer waits for a reader.
        func file(_ name: String, _ content: Data) throws -> FileHandle {
            let url = directory.appending(component: name)
            try content.write(to: url)
            return try FileHandle(forUpdating: url)
        }
        let output = try file("output", Data())
        let errors = try file("errors", Data())
        process.standardInput = try file("input", input)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        process.waitUntilExit()
        try output.seek(toOffset: 0)
        try errors.seek(toOffset: 0)
        return Outcome(
            status: process.terminationStatus, output: try output.readToEnd() ?? Data(),
            errors: String(decoding: try errors.readToEnd() ?? Data(), as: UTF8.self))
    }

    private func failures(in text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.hasPrefix("ok ") }
    }

    @Test func everyShapeArrivesOrIsRefused() throws {
        let sent = try run("send", input: Data())
        #expect(sent.status == 0)
        #expect(failures(in: sent.errors) == [])
        #expect(sent.errors.split(separator: "\n").count > 20)

        let received = try run("run", input: sent.output)
        #expect(received.status == 0)
        let lines = failures(in: String(decoding: received.output, as: UTF8.self))
        #expect(lines.count == 1 && lines[0].hasSuffix(" closures, 0 failures"), "\(lines)")
        let count = try #require(lines.first?.prefix { $0.isNumber })
        #expect(try #require(Int(count)) > 120)
    }
}
