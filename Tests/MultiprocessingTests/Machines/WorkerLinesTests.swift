import TestSupport
import Testing

@testable import Multiprocessing

/// What happens to the lines that workers print.
@Suite struct WorkerLinesTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func eachLineGetsTheTag() {
        var tagger = LineTagger(tag: "[a] ")
        #expect(text(tagger.add(Array("one\ntwo\n".utf8))) == "[a] one\n[a] two\n")
        #expect(tagger.end().isEmpty)
    }

    @Test func aLineComesWhenItIsWhole() {
        var tagger = LineTagger(tag: "[a] ")
        #expect(tagger.add(Array("on".utf8)).isEmpty)
        #expect(text(tagger.add(Array("e\n\ntw".utf8))) == "[a] one\n[a] \n")
        #expect(text(tagger.end()) == "[a] tw\n")
        #expect(tagger.end().isEmpty)
    }

    @Test func anEndlessLineComesInPieces() {
        var tagger = LineTagger(tag: "[a] ")
        var lines: [UInt8] = []
        for _ in 0..<3 { lines += tagger.add(Array(repeating: 120, count: LineTagger.longest / 2)) }
        #expect(lines.count == 4 + LineTagger.longest + 1)
        #expect(tagger.end().count == 4 + LineTagger.longest / 2 + 1)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func theTailIsTheSameHoweverTheBytesCome(seed: UInt64) {
        var generator = SplitMix64(state: seed)
        let lines = (0..<50).map { "line \($0)" }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var tail = LineTail(limit: 7)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...30, using: &generator))
            tail.add(Array(bytes[start..<end]))
            start = end
        }
        #expect(tail.text == Array(lines.suffix(7)))
    }

    @Test func longLinesAreCutAndNoneAreKeptUnlessWanted() {
        var tail = LineTail(limit: 2)
        tail.add(Array(repeating: 120, count: 5000) + [10])
        #expect(tail.text.map(\.count) == [LineTail.width])
        var nothing = LineTail(limit: 0)
        nothing.add(Array("text\n".utf8))
        #expect(nothing.text.isEmpty)
    }
}
