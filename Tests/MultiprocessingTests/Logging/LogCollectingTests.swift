import Foundation
import Multiprocessing
import TestSupport
import Testing

/// The records of children in the process that collects them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LogCollectingTests {
    @Test(
        "LOG-05: records of children and grandchildren are there after join",
        arguments: ["forkserver", "spawn"])
    func recordsOfTheFamilyComeTogether(method: String) async throws {
        let lists = try await inOwnProcess(method) { method in
            ProcessLogger.level = .notice
            let (first, second) = (ProcessLogger.records(), ProcessLogger.records())
            ProcessLogger.notice("own")
            try await finish(
                ChildProcess(name: "child", method, context: context(method)) { method in
                    ProcessLogger.info("below the level")
                    let grandchild = ChildProcess(name: "grandchild", context: context(method)) {
                        ProcessLogger.error("grandchild's")
                    }
                    try await finish(grandchild)
                    ProcessLogger.notice("child's")
                })
            return [await all(first), await all(second)]
        }
        for records in lists {
            #expect(records.map(\.message) == ["own", "grandchild's", "child's"])
            #expect(records.dropFirst().map(\.process.name) == ["grandchild", "child"])
            #expect(records.map(\.level) == [.notice, .error, .notice])
            #expect(records.allSatisfy { $0.fileID == "MultiprocessingTests/LogCollectingTests.swift" })
            #expect(Set(records.map(\.process.pid)).count == 3)
        }
    }

    @Test("LOG-05: no record of many children at once is lost")
    func noRecordIsLost() async throws {
        let records = try await inOwnProcess {
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await finish(
                            ChildProcess(name: "c\(number)") {
                                for line in 0..<500 { ProcessLogger.notice("\(line)") }
                            })
                    }
                }
                try await group.waitForAll()
            }
            return await all(records)
        }
        let groups = Dictionary(grouping: records, by: \.process.name)
        #expect(Set(groups.keys) == Set((0..<6).map { "c\($0)" }))
        for (_, records) in groups { #expect(records.map(\.message) == (0..<500).map(String.init)) }
    }

    @Test("LOG-05: a killed child leaves whole records only")
    func aKilledChildLeavesWholeRecords() async throws {
        let padding = String(repeating: "é", count: 2000)
        let messages = try await inOwnProcess(padding) { padding in
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            let child = ChildProcess(name: "loud", padding) { padding in
                for line in 0... { ProcessLogger.notice("\(line) \(padding)") }
            }
            var messages: [String] = []
            let complaints = try await standardError {
                try await child.start()
                for await record in records where record.process.name == "loud" {
                    messages.append(record.message)
                    if messages.count == 100 { break }
                }
                try child.kill()
                try await child.join()
                messages += await all(records).filter { $0.process.name == "loud" }.map(\.message)
            }
            return [complaints] + messages
        }
        #expect(messages.first == "")
        #expect(messages.count > 100)
        let numbers = messages.dropFirst().map { Int($0.prefix { $0 != " " }) ?? -1 }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(messages.dropFirst().allSatisfy { $0.hasSuffix(" " + padding) })
    }

    @Test func aRecordThatIsTooLongIsCutWithAMark() async throws {
        let records = try await inOwnProcess {
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            try await finish(
                ChildProcess {
                    for shift in 0..<3 {
                        ProcessLogger.notice(
                            String(repeating: "-", count: shift) + String(repeating: "€", count: 50_000))
                    }
                    ProcessLogger.notice(String(repeating: "€", count: 30_000))
                })
            return await all(records)
        }
        try #require(records.count == 4)
        for (shift, record) in records.prefix(3).enumerated() {
            let text = record.message.prefix { $0 != "…" }
            let rest = 150_000 + shift - text.utf8.count
            #expect(record.message.hasSuffix("… (\(rest) bytes were cut off)"))
            #expect(text.dropFirst(shift).allSatisfy { $0 == "€" })
            #expect((90_000..<98_304).contains(record.message.utf8.count))
        }
        #expect(records[3].message == String(repeating: "€", count: 30_000))
    }

    @Test func cancellingEndsTheIteration() async throws {
        let count = try await inOwnProcess {
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            let counting = Task { await records.reduce(0) { count, _ in count + 1 } }
            counting.cancel()
            return await counting.value
        }
        #expect(count == 0)
    }

    @Test func aSequenceThatNobodyTakesSaysWhatIsMissing() async throws {
        let records = try await inOwnProcess {
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            for line in 0..<8200 { ProcessLogger.notice("\(line)") }
            return Array(await all(records).prefix(2))
        }
        #expect(records.map(\.level) == [.warning, .notice])
        #expect(records.first?.message.hasPrefix("8 log records were left out") == true)
        #expect(records.last?.message == "8")
    }

    @Test func aSequenceThatWasDroppedCostsNothingMore() async throws {
        let isMade = try await inOwnProcess {
            ProcessLogger.level = .notice
            do { _ = ProcessLogger.records() }
            var isMade = false
            func text() -> String {
                isMade = true
                return ""
            }
            ProcessLogger.critical(text())
            return isMade
        }
        #expect(!isMade)
    }
}

/// What a sequence holds.
func all(_ records: ProcessLogger.Records) async -> [ProcessLogger.Record] {
    records.finish()
    return await records.reduce(into: []) { $0.append($1) }
}
