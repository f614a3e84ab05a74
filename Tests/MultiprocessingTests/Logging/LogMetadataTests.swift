import Multiprocessing
import TestSupport
import Testing

/// What is bound around a call is in the records that the call logs, wherever it runs.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LogMetadataTests {
    @Test func itIsBoundForABodyAndNested() async {
        #expect(ProcessLogger.metadata == [:])
        await ProcessLogger.withMetadata(["request": "r-1", "user": "a"]) {
            ProcessLogger.withMetadata(["user": "b"]) {
                #expect(ProcessLogger.metadata == ["request": "r-1", "user": "b"])
            }
            #expect(ProcessLogger.metadata == ["request": "r-1", "user": "a"])
            async let child = ProcessLogger.metadata
            #expect(await child == ["request": "r-1", "user": "a"])
            #expect(await Task.detached { ProcessLogger.metadata }.value == [:])
        }
        #expect(ProcessLogger.metadata == [:])
    }

    @Test(
        "LOG-05: the records of workers have what was bound around the call",
        arguments: ["forkserver", "spawn"])
    func itTravelsWithEachCall(method: String) async throws {
        let records = try await inOwnProcess(method) { method in
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            try await withProcessPool(workers: 2, context: context(method)) { pool async throws in
                let log: @concurrent @Sendable (Int) async throws -> Int = { number in
                    ProcessLogger.notice("\(number)")
                    return number
                }
                try await ProcessLogger.withMetadata(["request": "apply"]) {
                    _ = try await pool.apply(1, log)
                }
                try await ProcessLogger.withMetadata(["request": "map"]) {
                    _ = try await pool.map([2, 3], chunkSize: 2, log)
                }
                let stream = ProcessLogger.withMetadata(["request": "stream"]) {
                    pool.imapUnordered([4], log)
                }
                for try await _ in stream {}
                let job = try ProcessLogger.withMetadata(["request": "job"]) { try pool.applyAsync(5, log) }
                _ = try await job.value
                // A pool inside of a task passes it on.
                try await ProcessLogger.withMetadata(["request": "inner"]) {
                    try await pool.apply {
                        try await withProcessPool(workers: 1) { inner in
                            try await inner.apply { ProcessLogger.notice("6") }
                        }
                    }
                }
                _ = try await pool.map([7, 8], chunkSize: 1, log)
            }
            return await all(records)
        }
        let requests = Dictionary(uniqueKeysWithValues: records.map { ($0.message, $0.metadata["request"]) })
        #expect(
            requests == [
                "1": "apply", "2": "map", "3": "map", "4": "stream", "5": "job", "6": "inner", "7": nil,
                "8": nil,
            ])
        for record in records { #expect(record.process.name.hasPrefix("PoolWorker-")) }
    }

    @Test func threadsHaveItToo() async throws {
        try await withProcessPool(workers: 1, backend: .threads) { pool async throws in
            let seen = try await ProcessLogger.withMetadata(["request": "r-2"]) {
                try await pool.apply { ProcessLogger.metadata }
            }
            #expect(seen == ["request": "r-2"])
        }
    }

    @Test func aLineShowsItBehindTheName() async throws {
        let text = try await inOwnProcess {
            try await standardError {
                ProcessLogger.logToStandardError(level: .notice)
                try await withProcessPool(workers: 1) { pool async throws in
                    try await ProcessLogger.withMetadata(["user": "x\ny", "request": "r-3"]) {
                        try await pool.apply { ProcessLogger.notice("hello") }
                    }
                }
            }
        }
        #expect(
            text.wholeMatch(of: #/\[NOTICE/PoolWorker-[\d:]+ request=r-3 user=x\\ny\] hello\n/#) != nil,
            "\(text)")
    }

    @Test func tooMuchIsLeftOut() async throws {
        let records = try await inOwnProcess {
            ProcessLogger.level = .notice
            let records = ProcessLogger.records()
            try await finish(
                ChildProcess(name: "child") {
                    let long = String(repeating: "x", count: 20_000)
                    let metadata = ["a": "1", "b": long, "c": long, "d": "4"]
                    ProcessLogger.withMetadata(metadata) { ProcessLogger.notice(long + "!") }
                })
            return await all(records)
        }
        #expect(records.count == 1)
        #expect(records.first?.metadata.keys.sorted() == ["a", "b", "…"])
        #expect(records.first?.metadata["…"] == "2 were left out")
        #expect(records.first?.message.hasSuffix("x!") == true)
    }
}
