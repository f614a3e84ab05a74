import Foundation
import TestSupport
import Testing

/// The programs of the gallery of pools at work: what each of them prints.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct GalleryWorkTests {
    /// What a program prints, line by line, when all goes well.
    private func lines(of program: String, in folder: ScratchFolder? = nil) async throws -> [String] {
        let outcome = try await ExampleProgram("gallery").run([program], in: folder ?? ScratchFolder())
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors == "")
        return outcome.lines
    }

    @Test func squares() async throws {
        #expect(try await lines(of: "P01") == ["[1, 4, 9]"])
    }

    @Test func sleepingInParallel() async throws {
        let lines = try await lines(of: "P38")
        let seconds = lines.compactMap { $0.firstMatch(of: #/: (\d+) s$/#).flatMap { Int($0.output.1) } }
        try #require(seconds.count == 2)
        #expect(lines[1] == "[0, 10, 20, 30, 40, 50]")
        #expect(seconds[0] >= 6 && seconds[1] >= 2)
        // Five at a time need two rounds; a busy machine may take its time, but not thrice as much.
        #expect(seconds[1] < seconds[0])
    }

    @Test func countingFiles() async throws {
        let folder = try ScratchFolder()
        try folder.write("one\ntwo\n".utf8, to: "a.txt")
        try folder.write("é漢👍🏽\r\n".utf8, to: "below/b.txt")
        try folder.write("no end".utf8, to: "below/c c.txt")
        try folder.write("hidden\n".utf8, to: ".build/d.txt")
        try folder.write([0, 1, 2], to: "binary")
        try folder.write([0xFF, 0xFE, 10], to: "not utf8")
        try folder.write("".utf8, to: "empty")
        let lines = try await lines(of: "P39", in: folder)
        let texts = ["a.txt", "below/b.txt", "below/c c.txt", "empty"]
        let wc = try await ExampleProgram(system: "/usr/bin/wc").run(
            ["-lm", "--"] + texts, in: folder, environment: ["LC_ALL": "C.UTF-8"])
        let expected = wc.lines.map { line in
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
            return words.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
        }
        #expect(lines.filter { !$0.hasPrefix("- ") } == expected)
        #expect(
            lines.filter { $0.hasPrefix("- ") } == ["- - binary (not a text)", "- - not utf8 (not a text)"])
        #expect(try folder.text("report.txt").split(separator: "\n").map(String.init) == lines)
    }

    @Test func asManyTasksAsProcessors() async throws {
        let lines = try await lines(of: "P45")
        try #require(lines.count == 8)
        let pids = lines.dropFirst(2).prefix(5).enumerated().compactMap { index, line in
            line.wholeMatch(of: #/task (\d) ran in process (\d+) for (\d+) s/#).flatMap { match in
                Int(match.output.1) == index && (Int(match.output.3) ?? 0) >= 3 ? match.output.2 : nil
            }
        }
        #expect(pids.count == 5)
        let last = try #require(lines[7].wholeMatch(of: #/processors: (\d+), tasks at a time: (\d+)/#))
        let (processors, most) = (Int(last.output.1) ?? 0, Int(last.output.2) ?? 0)
        #expect(most >= 1 && most <= processors)
        #expect(Set(pids).count <= processors)
    }

    @Test func fetching() async throws {
        let lines = try await lines(of: "P52")
        if lines.first?.hasPrefix("SKIPPED") == true {
            print("GalleryWorkTests.fetching: \(lines[0])")
            return
        }
        var expected = (1...6).map { "the page at /page-\($0)" }
        // 7 is curl's code for an address where nobody answers.
        expected.insert("not fetched: Failure(code: 7)", at: 3)
        #expect(lines == expected)
    }

    @Test func threads() async throws {
        #expect(
            try await lines(of: "P53") == [
                "[1, 4, 9]", "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]", "400", "in this process: true",
                "a division by zero", "a sleep of ten seconds is over its limit",
            ])
    }
}
