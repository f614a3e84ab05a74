import Foundation
import Multiprocessing

/// The test host, started as a program of its own, by the system and not by the library.
struct HostProgram {
    struct Outcome: Equatable {
        var status: ChildProcess.ExitStatus
        var output: [String]
        var errors: [String]
    }

    /// Where the program was built.
    static var path: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "ProcessHost").path
        }
    }

    /// Runs a program to its end.
    static func run(
        _ arguments: [String], path: String? = nil, folder: String? = nil,
        environment: [String: String] = [:],
        input: Pipe? = nil
    ) async throws -> Outcome {
        let (output, errors) = (Pipe(), Pipe())
        let process = try make(arguments, path: path, folder: folder, environment: environment)
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        let ending = try await withCheckedThrowingContinuation {
            (waiter: CheckedContinuation<Int32, any Error>) in
            // Read on threads of their own, so that neither can keep the program waiting.
            process.terminationHandler = { waiter.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                waiter.resume(throwing: error)
            }
        }
        let isSignal = process.terminationReason == .uncaughtSignal
        return Outcome(
            status: isSignal ? .signaled(ending) : .exited(ending), output: lines(output),
            errors: lines(errors))
    }

    /// Runs a program in name spaces of its own; nil, and a line that says so, where that is not allowed.
    static func runUnshared(_ arguments: [String], skipping what: String) async throws -> Outcome? {
        let unshare = "/usr/bin/unshare"
        guard access(unshare, X_OK) == 0 else {
            print("SKIPPED: \(what): there is no \(unshare)")
            return nil
        }
        let outcome = try await run(arguments, path: unshare)
        if outcome.status == .exited(77) || outcome.errors.contains(where: { $0.hasPrefix("unshare:") }) {
            print("SKIPPED: \(what): no name spaces of one's own here (\(outcome.errors))")
            return nil
        }
        return outcome
    }

    static func make(
        _ arguments: [String], path: String? = nil, folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: try path ?? Self.path)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        return process
    }

    private static func lines(_ pipe: Pipe) -> [String] {
        // What these programs print fits into a pipe.
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        // A process that has ended keeps them open.
        for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] { try? end.close() }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
