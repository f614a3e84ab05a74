import Glibc
import Multiprocessing
import TestSupport
import Testing

/// What workers print, and where it goes.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct WorkerOutputTests {
    private static var captured: StartOptions {
        var options = StartOptions()
        options.standardOutput = .captured
        options.standardError = .captured
        return options
    }

    @Test("PCR-18: the error of a death shows the last lines of the worker's standard error")
    func theLastLines() async throws {
        var configuration = ProcessPool.Configuration()
        configuration.keptErrorLines = 3
        try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
            let error = await #expect(throws: WorkerDiedError.self) {
                try await pool.apply { () -> Int in
                    for number in 1...5 { complain("a wanted line \(number)\n") }
                    exit(3)
                }
            }
            #expect(error?.errorLines == (3...5).map { "a wanted line \($0)" })
            #expect(error?.description.contains("a wanted line 5") == true)
        }
    }

    @Test("PSD-02: what comes through the pool's process is whole and in order, also at the program's end")
    func nothingIsLostOrReordered() async throws {
        let child = ChildProcess(options: Self.captured) {
            var configuration = ProcessPool.Configuration()
            configuration.keptErrorLines = 1
            try await withProcessPool(workers: 1, configuration: configuration) { pool async throws in
                try await pool.apply {
                    for number in 0..<20_000 { complain("line \(number)\n") }
                    complain("the rest")
                }
            }
        }
        try await child.start()
        async let output = child.standardOutputLines.all()
        let errors = try await child.standardErrorLines.all()
        #expect(try await child.join() == .exited(0))
        #expect(errors == (0..<20_000).map { "line \($0)" } + ["the rest"])
        #expect(try await output == [])
    }

    @Test func taggedLinesSayWhoPrintedThem() async throws {
        let child = ChildProcess(options: Self.captured) {
            var configuration = ProcessPool.Configuration()
            configuration.output = .tagged
            try await withProcessPool(workers: 2, configuration: configuration) { pool async throws in
                try await pool.map(0..<20, chunkSize: 1) { number in
                    print("output \(number) of \(ChildProcess.current.name)")
                    complain("error \(number) of \(ChildProcess.current.name)\n")
                }
            }
        }
        try await child.start()
        async let errors = child.standardErrorLines.all()
        let output = try await child.standardOutputLines.all()
        #expect(try await child.join() == .exited(0))
        var numbers: Set<Int> = []
        for line in output {
            let match = try #require(
                try #/\[(PoolWorker-[\d:]+)\] output (\d+) of (.+)/#.wholeMatch(in: line), "\(line)")
            #expect(match.1 == match.3)
            numbers.insert(try #require(Int(match.2)))
        }
        #expect(numbers == Set(0..<20))
        #expect(try await errors.count == 20)
    }

    @Test("POO-08: a pool that is dropped without its end says so")
    func aDroppedPoolWarns() async throws {
        let child = ChildProcess(options: Self.captured) {
            var pool: ProcessPool? = try ProcessPool(workers: 3)
            _ = try await pool?.apply { 1 }
            pool = nil
        }
        try await child.start()
        let errors = try await child.standardErrorLines.all()
        #expect(errors == ["a pool of 3 workers was dropped without shutdown(), so it is terminated"])
        try await child.join()
    }
}
