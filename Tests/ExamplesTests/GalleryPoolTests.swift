import TestSupport
import Testing

/// The programs of the gallery about pools and their results: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryPoolTests {
    private func lines(of program: String) async throws -> [String] {
        let outcome = try await ExampleProgram("gallery").run([program], in: ScratchFolder())
        #expect(outcome.exitCode == 0)
        return outcome.lines
    }

    /// The numbers of a list that was printed behind a colon.
    private func numbers(_ line: String) -> [Int] {
        (line.split(separator: ":").last ?? "").split { !$0.isNumber && $0 != "-" }.compactMap { Int($0) }
    }

    @Test func whatAPoolCanDo() async throws {
        let lines = try await lines(of: "P10")
        try #require(lines.count == 8)
        let squares = (0..<10).map { $0 * $0 }
        #expect(numbers(lines[0]) == squares)
        #expect(lines[1].hasPrefix("as they finish: ") && numbers(lines[1]).sorted() == squares)
        #expect(lines[2] == "400")
        #expect(try #/worker \d+/#.wholeMatch(in: lines[3]) != nil)
        #expect(try #/workers \[\d+, \d+, \d+, \d+\]/#.wholeMatch(in: lines[4]) != nil)
        #expect(lines[5] == "it sleeps for too long")
        #expect(lines[6] == "the sleeper was cancelled, and the pool goes on: 42")
        #expect(lines[7] == "the pool takes no more work")
    }

    @Test func handlesAndLimits() async throws {
        #expect(try await lines(of: "P20") == ["100", "0", "1", "4", "timeout"])
    }

    @Test func everyFormOfCall() async throws {
        let lines = try await lines(of: "P26")
        try #require(lines.count == 14)
        let results = (0..<10).map { $0 * 7 } + (0..<10).map { $0 + 8 }
        for (line, call) in zip(lines, ["applyAsync", "imap", "imapUnordered", "map"]) {
            #expect(line.hasPrefix("\(call): "))
            #expect(numbers(line) == (call == "imapUnordered" ? results.sorted() : results))
        }
        let values = (0..<10).map { $0 == 5 ? "error" : "\(840 / ($0 - 5))" }.joined(separator: " ")
        for (start, kind) in [(4, "an error"), (8, "a crash")] {
            for (line, call) in zip(lines[start...], ["apply", "map", "a stream"]) {
                let outcome =
                    kind == "an error"
                    ? "DivisionByZero" : "a worker died at item \(call == "apply" ? 0 : 5)"
                #expect(line == "\(kind) of \(call): \(outcome)")
            }
            #expect(lines[start + 3] == "one by one: \(values)")
        }
        #expect(try #/waiting for a result\.* done/#.wholeMatch(in: lines[12]) != nil)
        #expect(try #/waiting for a stream \.*0\.*1\.*2\.*/#.wholeMatch(in: lines[13]) != nil)
    }

    @Test func tasksThatNobodyWaitsFor() async throws {
        let lines = try await lines(of: "P36")
        try #require(lines.count == 21)
        #expect(lines.prefix(10).sorted() == (0..<10).map { "hello \($0)" })
        #expect(lines[10..<20] == (0..<10).map { "done hello \($0)" }[...])
        #expect(lines[20] == "7 12 cba 2")
    }

    @Test func aHandlerForEachResult() async throws {
        #expect(
            try await lines(of: "P56") == ["values: 110, each once: true", "errors: 110, each once: true"])
    }

    @Test func oneAfterAnother() async throws {
        let lines = try await lines(of: "P57")
        try #require(lines.count == 7)
        #expect(lines.prefix(4) == (0..<4).map { "task \($0)" }[...])
        #expect(try #/one after another: \d+ s/#.wholeMatch(in: lines[4]) != nil)
        #expect(numbers(lines[4])[0] >= 4)
        #expect(lines[5] == "5 naps in one worker")
        #expect(lines[6].hasPrefix("less than one after another: "))
    }
}
