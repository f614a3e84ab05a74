import Foundation
import Multiprocessing
import Synchronization

/// A CPython that runs a script, which reports in messages of bytes on its standard output.
struct PythonProgram {
    let reports: Connection
    private let process: Process
    private let ending: AsyncStream<Int32>

    /// What every script begins with.
    private static let beginning = """
        import hashlib, json, signal, sys
        from multiprocessing import AuthenticationError
        from multiprocessing.connection import Client, Connection, Listener
        signal.alarm(280)
        output = Connection(1, readable=False)
        report = lambda text: output.send_bytes(text.encode())
        key = bytes.fromhex(sys.argv[1])
        family, _, rest = sys.argv[2].partition(":")
        host, _, port = rest.rpartition(":")
        address = rest if family == "unix" else (host, int(port)) if family == "tcp" else None

        """

    /// The interpreter of a version, such as 3.12; nil, and a line that says so, where there is none.
    static func path(_ version: String) -> String? {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? "/root"
        var found: [String] = []
        for root in [environment["PYENV_ROOT"], home + "/.pyenv", "/root/.pyenv"].compactMap(\.self) {
            let folder = root + "/versions"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            found += names.filter { $0 == version || $0.hasPrefix(version + ".") }.sorted().map {
                "\(folder)/\($0)/bin/python"
            }
        }
        // What pyenv puts there only tells that a version was not chosen.
        let folders = (environment["PATH"] ?? "").split(separator: ":").filter { !$0.hasSuffix("/shims") }
        found += folders.map { "\($0)/python\(version)" }
        if let path = found.first(where: { access($0, X_OK) == 0 }) { return path }
        print("SKIPPED: there is no Python \(version) here")
        return nil
    }

    /// Starts a script.
    ///
    /// - Parameters:
    ///   - path: the interpreter.
    ///   - key: what the script finds as `key`.
    ///   - address: what it finds as `address`.
    ///   - input: its standard input.
    ///   - script: what follows the common beginning.
    /// - Throws: what starting a program throws.
    init(
        _ path: String, key: [UInt8] = [], address: ListenerAddress? = nil, input: FileHandle = .nullDevice,
        _ script: String
    ) throws {
        let (reader, writer) = try pipePair()
        defer {
            close(reader)
            close(writer)
        }
        reports = try Connection(fileDescriptor: reader, protocol: .cpython)
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = [
            "-c", Self.beginning + script, key.map { String(format: "%02x", $0) }.joined(),
            address?.description ?? "none:",
        ]
        process.standardInput = input
        process.standardOutput = FileHandle(fileDescriptor: writer, closeOnDealloc: false)
        let (ending, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        self.process = process
        self.ending = ending
        try process.run()
    }

    /// The next report.
    func report() async throws -> String {
        String(decoding: try await reports.receiveBytes(), as: UTF8.self)
    }

    /// Waits for the end, and gives the exit code.
    func exitCode() async -> Int32? {
        for await code in ending { return code }
        return nil
    }
}

/// A path for a socket, in a folder of its own.
struct SocketPlace {
    private let folder: URL
    var address: ListenerAddress { .unix(folder.appending(path: "s").path) }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "mp-py-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
