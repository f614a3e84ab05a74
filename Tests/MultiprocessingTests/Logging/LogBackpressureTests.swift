import Foundation
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

/// Children whose records nobody takes.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LogBackpressureTests {
    @Test("LOG-05: while a handler blocks, a child does not hang, and no record is lost")
    func aBlockedHandlerLosesNothing() async throws {
        let count = 2500
        let lists = try await inOwnProcess(count) { count in
            let gate = DispatchSemaphore(value: 0)
            let tally = Tally<String>()
            ProcessLogger.level = .notice
            ProcessLogger.setHandler { record in
                gate.wait()
                gate.signal()
                tally.add(record.message)
            }
            let text = try await standardError {
                try await finish(
                    ChildProcess(name: "loud", count) { count in
                        for line in 0..<count { ProcessLogger.notice("\(line)") }
                    })
            }
            let shown = text.split(separator: "\n").map { String($0.dropFirst("[NOTICE/loud] ".count)) }
            gate.signal()
            return [shown, await tally.next(count - shown.count)]
        }
        #expect(!lists[0].isEmpty && lists[1].count >= LogCollector.backlogLimit)
        #expect((lists[0] + lists[1]).compactMap { Int($0) }.sorted() == Array(0..<count))
        // Those that the handler got came in their order.
        let numbers = lists[1].compactMap { Int($0) }
        #expect(numbers == numbers.sorted())
    }

    @Test("LOG-05: a handler that has caught up gets records again")
    func aHandlerThatHasCaughtUpGetsRecordsAgain() async throws {
        let count = 5000
        let messages = try await inOwnProcess(count) { count in
            let tally = Tally<String>()
            ProcessLogger.level = .notice
            ProcessLogger.setHandler { record in
                // Slower than the child that logs, so that it has to wait many times.
                _ = (0..<30).reduce("") { "\($0.suffix(3))\($1)" }
                tally.add(record.message)
            }
            try await finish(
                ChildProcess(count) { count in
                    for line in 0..<count { ProcessLogger.notice("\(line)") }
                })
            return await tally.next(count)
        }
        #expect(messages == (0..<count).map(String.init))
    }

    @Test("LOG-05: without a collector at the other end, records go to standard error")
    func withoutACollectorRecordsAreShown() async throws {
        let isShown = try await inOwnProcess {
            let entrance = try SocketPair.make(packets: true).1
            LogCenter.change { state in
                state.level = .notice
                state.uplink = LogUplink(entrance)
            }
            let text = try await standardError {
                for line in 0..<3 { ProcessLogger.notice("\(line)") }
            }
            return text == (0..<3).map { "[NOTICE/\(ChildProcess.current.name)] \($0)\n" }.joined()
        }
        #expect(isShown)
    }
}
