import Foundation
import TestSupport
import Testing

/// The numbers of `file-statistics` against those of the `wc` of this machine.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct FileStatisticsAndWCTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
    }

    /// Writes the files, counts them with both programs and compares.
    private func compare(_ files: [String: [UInt8]]) async throws {
        let names = files.keys.sorted()
        for name in names { try folder.write(files[name, default: []], to: name) }
        let ours = StatisticsTable(try await ExampleProgram("file-statistics").run(in: folder).output)
        let wc = try await ExampleProgram(system: "/usr/bin/wc").run(
            ["-lwm", "--"] + names, in: folder, environment: ["LC_ALL": "C.UTF-8"])
        #expect(wc.exitCode == 0)
        let rows = wc.output.split(separator: "\n")
        try #require(rows.count == names.count + (names.count > 1 ? 1 : 0))
        for (name, row) in zip(names, rows) {
            let cells = row.split(separator: " ").prefix(3).compactMap { Int($0) }
            try #require(cells.count == 3)
            let theirs = StatisticsTable.Count(lines: cells[0], words: cells[1], characters: cells[2])
            #expect(ours.texts[name] == theirs, "\(name)")
        }
        #expect(ours.texts.count == names.count)
    }

    @Test func chosenTexts() async throws {
        try await compare(
            [
                "empty": "", "newline": "\n", "open": "no newline at the end", "crlf": "one\r\ntwo\r\n\r\n",
                "tabs": "a\tb\u{B}c\u{C}d \t e\n", "controls": "a\u{1}b \u{2} \u{7F}\n\u{1B}[0m x\n",
                "hard": "a\u{A0}b\u{2007}c\u{202F}d\u{2060}e\n",
                "wide": "a\u{3000}b\u{2003}c\u{1680}d\u{205F}e\n",
                "lines": "a\u{85}b\u{2028}c\u{2029}d \u{2028} \u{85} e\n",
                "zero width": "\u{200B} \u{200D} \u{FEFF}x\n",
                "emoji": "👩‍👩‍👧‍👦 🇸🇪 ☕️ 👍🏽\n", "marks": "e\u{301}te\u{301} \u{301} \u{308}\n", "cjk": "漢字 かな　交じり\n",
                "private": "\u{E000} \u{F8FF} \u{FFFE} \u{10FFFF}\n", "hangul": "한국어 \u{1100}\u{1161}\n",
            ].mapValues { Array($0.utf8) })
    }

    @Test func everyScalar() async throws {
        let scalars = (1...0x10FFFF).compactMap { Unicode.Scalar($0 as UInt32) }
        var between: [UInt8] = []
        var alone: [UInt8] = []
        for scalar in scalars {
            between += "a\(scalar)b\n".utf8
            alone += "\(scalar)\n".utf8
        }
        try await compare(["between": between, "alone": alone])
    }

    /// Characters cut by the end of a block, wherever blocks may end.
    @Test func longTexts() async throws {
        var files: [String: [UInt8]] = [:]
        for shift in 0..<8 {
            let text = String(repeating: "x", count: 4096 - shift) + String(repeating: "é€😀 ", count: 40_000)
            files["\(shift)"] = Array(text.utf8)
        }
        try await compare(files)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func randomTexts(seed: UInt64) async throws {
        var random = SplitMix64(state: seed)
        let special: [UInt32] = [
            0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x01, 0x1F, 0x7F, 0x85, 0xA0, 0xAD, 0x301, 0x1680, 0x2003,
            0x2007,
            0x200B, 0x2028, 0x202F, 0x2060, 0x3000, 0xFEFF, 0x61, 0x4E00, 0x1F600,
        ]
        var files: [String: [UInt8]] = [:]
        for index in 0..<100 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...400, using: &random) {
                let any = UInt32.random(in: 1...0x10FFFF, using: &random)
                let value =
                    Bool.random(using: &random)
                    ? any : special[Int.random(in: special.indices, using: &random)]
                text.append(Unicode.Scalar(value) ?? " ")
            }
            files["\(index)"] = Array(String(text).utf8)
        }
        try await compare(files)
    }
}

/// A generator whose numbers follow from its seed.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
