import Foundation
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// A helper function of a program, which lets records name its own caller.
private func remark(
    _ text: String, fileID: String = #fileID, function: String = #function, line: UInt = #line
) {
    ProcessLogger.notice(text, fileID: fileID, function: function, line: line)
}

/// One message of each level.
private func logAtEveryLevel() {
    ProcessLogger.trace("a")
    ProcessLogger.debug("b")
    ProcessLogger.info("c")
    ProcessLogger.notice("d")
    ProcessLogger.warning("e")
    ProcessLogger.error("f")
    ProcessLogger.critical("g")
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ProcessLoggerTests {
    @Test("LOG-01: a library logger exists; at first it shows nothing")
    func nothingIsShownAtFirst() async throws {
        let text = try await inOwnProcess {
            try await standardError {
                logAtEveryLevel()
                // A level without an output, then an output without a level.
                ProcessLogger.level = .trace
                logAtEveryLevel()
                ProcessLogger.level = nil
                ProcessLogger.logsToStandardError = true
                logAtEveryLevel()
            }
        }
        #expect(text == "")
    }

    @Test("LOG-01: messages below the level are not shown", arguments: ProcessLogger.Level.allCases)
    func messagesBelowTheLevelAreNotShown(level: ProcessLogger.Level) async throws {
        let text = try await inOwnProcess(level) { level in
            let text = try await standardError {
                ProcessLogger.logToStandardError(level: level)
                logAtEveryLevel()
                ProcessLogger.level = nil
                logAtEveryLevel()
            }
            return text.replacing("/\(ChildProcess.current.name)]", with: "")
        }
        let all = ["TRACE a", "DEBUG b", "INFO c", "NOTICE d", "WARNING e", "ERROR f", "CRITICAL g"]
        let index = try #require(ProcessLogger.Level.allCases.firstIndex(of: level))
        let lines = text.split(separator: "\n").map { $0.dropFirst() }
        #expect(lines.map(String.init) == Array(all[index...]))
    }

    @Test("LOG-01: a message that is not shown is not made")
    func aMessageThatIsNotShownIsNotMade() async throws {
        let made = try await inOwnProcess {
            var made: [String] = []
            func text(_ name: String) -> String {
                made.append(name)
                return name
            }
            ProcessLogger.critical(text("no level, no output"))
            ProcessLogger.level = .warning
            ProcessLogger.critical(text("no output"))
            ProcessLogger.setHandler { _ in }
            ProcessLogger.notice(text("below the level"))
            ProcessLogger.warning(text("shown"))
            ProcessLogger.setHandler(nil)
            ProcessLogger.critical(text("no output again"))
            return made
        }
        #expect(made == ["shown"])
    }

    @Test("LOG-03: records carry the level and the caller's place, also through helper functions")
    func recordsNameTheirCaller() async throws {
        let (records, before) = try await recordsOfTwoCallers()
        try #require(records.map(\.message) == ["direct", "through a helper"])
        #expect(records.map(\.level) == [.error, .notice])
        #expect(records.map(\.line) == [before + 1, before + 2])
        for record in records {
            #expect(record.fileID == "MultiprocessingTests/ProcessLoggerTests.swift")
            #expect(record.function.hasPrefix("recordsOfTwoCallers"))
            #expect(record.process.pid != getpid())
            #expect(abs(record.time / .seconds(1) - Date().timeIntervalSince1970) < 120)
        }
    }

    private func recordsOfTwoCallers() async throws -> ([ProcessLogger.Record], UInt) {
        let records = try await inOwnProcess {
            let seen = Seen()
            ProcessLogger.level = .trace
            ProcessLogger.setHandler { seen.add($0) }
            ProcessLogger.log(.error, "direct")
            remark("through a helper")
            return seen.records
        }
        // The line before the two that log, counted from here.
        return (records, #line - 6)
    }

    @Test("LOG-04: the default line is [LEVEL/ProcessName] message, also of children")
    func linesHaveTheFormOfPython() async throws {
        let texts = try await inOwnProcess {
            let text = try await standardError {
                ProcessLogger.logToStandardError(level: .info)
                ProcessLogger.warning("hello")
                try await finish(ChildProcess(name: "greeter") { ProcessLogger.info("héllo") })
            }
            return [text, ChildProcess.current.name]
        }
        #expect(
            texts[0] == """
                [WARNING/\(texts[1])] hello
                [INFO/greeter] child process started
                [INFO/greeter] héllo
                [INFO/greeter] process exiting with code 0

                """)
    }

    @Test("LOG-04: a message with newlines is one line on standard error, and as it was in the record")
    func newlinesAreWrittenAsEscapes() async throws {
        let lines = try await inOwnProcess {
            let seen = Seen()
            let text = try await standardError {
                ProcessLogger.logToStandardError(level: .info)
                ProcessLogger.setHandler { seen.add($0) }
                ProcessLogger.info("one\ntwo\r\nthree")
            }
            return [text] + seen.records.map(\.message) + [ChildProcess.current.name]
        }
        let name = try #require(lines.last)
        #expect(lines.dropLast() == ["[INFO/\(name)] one\\ntwo\\r\\nthree\n", "one\ntwo\r\nthree"])
    }

    @Test func levelsAreOrderedAndNamedAsInSwiftLog() throws {
        let names = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        #expect(ProcessLogger.Level.allCases.map(\.rawValue) == names)
        #expect(ProcessLogger.Level.allCases.sorted() == ProcessLogger.Level.allCases)
        #expect(ProcessLogger.Level.info < .warning && !(ProcessLogger.Level.info < .info))
    }
}

/// The records that a handler has got.
final class Seen: Sendable {
    private let list = Mutex<[ProcessLogger.Record]>([])

    var records: [ProcessLogger.Record] { list.withLock { $0 } }

    func add(_ record: ProcessLogger.Record) { list.withLock { $0.append(record) } }
}
