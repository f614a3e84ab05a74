import Synchronization
import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct ProgressRendererTests {
    private func trimmed(_ text: String?) -> String? {
        text?.split(separator: "\r").last.map { $0.trimmingPrefix("\r") }.map(String.init)?
            .replacing(#/ +$/#, with: "")
    }

    @Test func theFirstElementIsDrawnAndThenTenASecond() {
        var renderer = ProgressRenderer(label: "work", total: 200, isTerminal: true)
        var drawn = 0
        for step in 0..<200 where renderer.advance(at: .milliseconds(10 * step)) != nil { drawn += 1 }
        // Two seconds, and the beginning.
        #expect(drawn == 20)
        #expect(renderer.count == 200)
    }

    @Test func aLineHasABarANumberARateAndARest() {
        var renderer = ProgressRenderer(label: "work", total: 4, isTerminal: true)
        _ = renderer.advance(at: .seconds(1))
        #expect(
            trimmed(renderer.advance(at: .seconds(2)))
                == "work [############............] 2/4 1.0/s 0:02 left")
        _ = renderer.advance(at: .seconds(3))
        _ = renderer.advance(at: .seconds(4))
        let end = renderer.finish(at: .seconds(4))
        #expect(end?.hasSuffix("\n") == true)
        #expect(end?.contains("[########################] 4/4 1.0/s in 0:04") == true)
        #expect(renderer.finish(at: .seconds(5)) == nil)
    }

    @Test func withoutATotalThereIsACount() {
        var renderer = ProgressRenderer(label: "", total: nil, isTerminal: true)
        #expect(trimmed(renderer.advance(at: .seconds(2))) == "1 0.5/s")
    }

    @Test func aLongLineStaysWithinATerminal() {
        let label = String(repeating: "long ", count: 30)
        var renderer = ProgressRenderer(label: label, total: .max, isTerminal: true)
        #expect(renderer.advance(at: .milliseconds(1))?.count == 79)
        let over = ProgressRenderer(label: "more", total: 1, isTerminal: true)
        #expect(over.line(at: .zero).contains("0/1"))
    }

    @Test func elsewhereThereIsOneLineAtTheEnd() {
        var renderer = ProgressRenderer(label: "work", total: 2, isTerminal: false)
        #expect(renderer.advance(at: .seconds(1)) == nil)
        #expect(renderer.advance(at: .seconds(2)) == nil)
        #expect(renderer.finish(at: .seconds(2)) == "work [########################] 2/2 1.0/s in 0:02\n")
        var failing = ProgressRenderer(label: "work", total: nil, isTerminal: false)
        #expect(failing.finish(at: .zero, failed: true)?.hasSuffix("failed\n") == true)
    }
}

@Suite struct ProgressSequenceTests {
    private func record(_ texts: TextList, isTerminal: Bool = false) -> ProgressWriter {
        ProgressWriter(isTerminal: isTerminal, write: { texts.append($0) }, now: { 0 })
    }

    @Test func theElementsAreThoseOfTheSequence() async throws {
        let texts = TextList()
        let numbers = AsyncStream<Int> { feed in
            for number in 1...3 { feed.yield(number) }
            feed.finish()
        }
        var seen: [Int] = []
        for await number in ProgressSequence(numbers, label: "count", total: 3, writer: record(texts)) {
            seen.append(number)
        }
        #expect(seen == [1, 2, 3])
        #expect(texts.all == ["count [########################] 3/3 in 0:00\n"])
    }

    @Test func anErrorPassesThroughAndIsSaid() async throws {
        let texts = TextList()
        let numbers = AsyncThrowingStream<Int, any Error> { feed in
            feed.yield(1)
            feed.finish(throwing: TestFailure())
        }
        await #expect(throws: TestFailure.self) {
            for try await _ in ProgressSequence(numbers, label: "count", total: 3, writer: record(texts)) {}
        }
        #expect(texts.all.last?.hasSuffix("1/3 failed\n") == true)
    }

    @Test func aTerminalSeesTheFirstElementAndTheEnd() async throws {
        let texts = TextList()
        let numbers = AsyncStream<Int> { feed in
            for number in 1...50 { feed.yield(number) }
            feed.finish()
        }
        let writer = record(texts, isTerminal: true)
        for await _ in ProgressSequence(numbers, label: "", total: 50, writer: writer) {}
        #expect(texts.all.count == 2)
        #expect(texts.all.allSatisfy { $0.hasPrefix("\r") })
    }
}

private struct TestFailure: Error {}

/// A list that closures can add to.
private final class TextList: Sendable {
    private let list = Mutex<[String]>([])
    var all: [String] { list.withLock { $0 } }
    func append(_ text: String) { list.withLock { $0.append(text) } }
}
