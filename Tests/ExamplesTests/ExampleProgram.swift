import Foundation

/// A program of this package, run as users run it.
struct ExampleProgram {
    /// What a program left behind.
    struct Outcome {
        var exitCode: Int32
        var output: String
        var errors: String

        /// The output, line by line.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    let executable: URL

    /// Finds a program that was built beside the tests.
    init(_ name: String) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        executable = URL(filePath: tests).deletingLastPathComponent().appending(path: name)
    }

    /// A program of the system.
    init(system path: String) {
        executable = URL(filePath: path)
    }

    /// Runs the program to its end; its standard error may be a terminal instead of being collected.
    func run(
        _ arguments: [String] = [], in folder: ScratchFolder, environment: [String: String] = [:],
        standardError terminal: FileHandle? = nil
    ) async throws -> Outcome {
        // Files and not pipes: nothing has to be read while the program runs.
        let logs = try ScratchFolder()
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let files = try ["output", "errors"].map(logs.newFile)
        // A process that has ended keeps them open.
        defer { for file in files { try? file.close() } }
        process.standardOutput = files[0]
        process.standardError = terminal ?? files[1]
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            exitCode: process.terminationStatus, output: try logs.text("output"),
            errors: terminal == nil ? try logs.text("errors") : "")
    }
}
