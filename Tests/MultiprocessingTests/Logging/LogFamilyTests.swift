import Foundation
import Multiprocessing
import TestSupport
import Testing

/// What children take over, and that their lines are whole.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LogFamilyTests {
    @Test(
        "LOG-05: lines from many processes are whole lines, and none is lost",
        arguments: ["forkserver", "spawn"])
    func linesAreWhole(method: String) async throws {
        let text = try await inOwnProcess(method) { method in
            let pipe = PipeReader()
            let before = dup(STDERR_FILENO)
            dup2(pipe.input, STDERR_FILENO)
            ProcessLogger.logToStandardError(level: .notice)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await finish(
                            ChildProcess(name: "c\(number)", context: context(method)) {
                                for line in 0..<150 { ProcessLogger.notice(longText(line)) }
                            })
                    }
                }
                try await group.waitForAll()
            }
            dup2(before, STDERR_FILENO)
            return await pipe.everything()
        }
        var lines: [Substring: [Substring]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            try #require(parts.count == 2, "\(line)")
            lines[parts[0], default: []].append(parts[1])
        }
        #expect(Set(lines.keys) == Set((0..<6).map { "[NOTICE/c\($0)]" }))
        // Whole, and each child's in its order.
        for (_, texts) in lines { #expect(texts == (0..<150).map { longText($0)[...] }) }
    }

    @Test(
        "LOG-05: children and their children take over the level and the output",
        arguments: ["forkserver", "spawn"])
    func settingsAreTakenOver(method: String) async throws {
        let text = try await inOwnProcess(method) { method in
            try await standardError {
                ProcessLogger.logToStandardError(level: .warning)
                try await finish(
                    ChildProcess(name: "child", method, context: context(method)) { method in
                        ProcessLogger.notice("not shown")
                        ProcessLogger.warning("shown")
                        let grandchild = ChildProcess(name: "grandchild", context: context(method)) {
                            ProcessLogger.notice("not shown")
                            ProcessLogger.error("shown, too")
                        }
                        try await finish(grandchild)
                    })
                ProcessLogger.logsToStandardError = false
                try await finish(ChildProcess { ProcessLogger.critical("not shown") })
            }
        }
        #expect(text == "[WARNING/child] shown\n[ERROR/grandchild] shown, too\n")
    }

    @Test func aBodyThatThrowsIsLoggedWithItsCode() async throws {
        let text = try await inOwnProcess {
            try await standardError {
                ProcessLogger.logToStandardError(level: .info)
                let child = ChildProcess(name: "thrower") { throw Plain(text: "on purpose") }
                try await child.start()
                try await child.join()
            }
        }
        #expect(text.hasSuffix("[INFO/thrower] process exiting with code 1\n"))
    }
}

/// A line's text of up to 3,000 bytes, below what a pipe keeps together, that shows whether it is whole.
private func longText(_ line: Int) -> String {
    "\(line) " + String(repeating: "x", count: line * 131 % 3000) + " end"
}

/// A pipe that is read as it fills; the writing end must not be that of anyone when everything is asked for.
private final class PipeReader: Sendable {
    let input: Int32
    private let text: AsyncStream<String>
    /// Ends the stream; a descriptor's end of file would not come while a fork server keeps the pipe open.
    private static let end: UInt8 = 0

    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        let output = ends[0]
        input = ends[1]
        let (stream, feed) = AsyncStream<String>.makeStream()
        text = stream
        Thread.detachNewThread {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while all.last != Self.end {
                let count = read(output, &buffer, buffer.count)
                guard count > 0 else { break }
                all += buffer[..<count]
            }
            feed.yield(String(decoding: all.dropLast(), as: UTF8.self))
            feed.finish()
        }
    }

    func everything() async -> String {
        var end = Self.end
        _ = write(input, &end, 1)
        return await text.first { _ in true } ?? ""
    }
}
