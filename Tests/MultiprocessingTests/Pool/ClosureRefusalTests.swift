import Foundation
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ClosureRefusalTests {
    /// The probe sends closures of all shapes; in this configuration here, in release by the checks of a change.
    @Test func theProbeFindsNoShapeThatFails() throws {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let probe = bundle.appendingPathComponent("closure-probe")
        try #require(FileManager.default.isExecutableFile(atPath: probe.path))
        let process = Process()
        process.executableURL = probe
        let output = Foundation.Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        for end in [output.fileHandleForReading, output.fileHandleForWriting] { try? end.close() }
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains(" 0 failures"))
    }

    @Test func aRefusalNamesTheTypeAndTheWayOut() async throws {
        let handle = FileHandle.standardError
        try await withProcessPool(workers: 1) { pool async throws in
            let error = await #expect(throws: ClosureRefusedError.self) {
                try await pool.apply { handle.fileDescriptor }
            }
            #expect(error?.typeName?.hasSuffix("FileHandle") == true)
            #expect(error?.message.contains("pool.apply(path) { path in") == true)
            let child = ChildProcess { _ = handle.fileDescriptor }
            await #expect(throws: ClosureRefusedError.self) { try await child.start() }
            #expect(try await pool.apply { 1 } == 1)
        }
    }
}
