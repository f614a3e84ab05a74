import MultiprocessingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct WordWatchTests {
    @Test func aWatchEndsWithAWakeAndOnlyOnce() async throws {
        let calls = Tally<Bool>()
        let word = SharedWord(try sharedMemory(), at: 0)
        try WordWatch.watch(word, while: 0) { calls.add($0) }
        word.value = 1
        word.wake()
        _ = await calls.next(1)
        word.value = 2
        word.wake()
        // Another watch has its tick after the first one would have been called again.
        try WordWatch.watch(word, while: 2) { calls.add($0) }
        #expect(await calls.next(1) == [true])
        #expect(calls.elements.count == 2)
    }

    @Test func aWordThatHasChangedAlreadyIsNoticed() async throws {
        let calls = Tally<Bool>()
        let word = SharedWord(try sharedMemory(), at: 0)
        word.value = 1
        try WordWatch.watch(word, while: 0) { calls.add($0) }
        #expect(await calls.next(1).count == 1)
    }

    @Test func moreWordsThanOneCallWaitsForAreWatched() async throws {
        let calls = Tally<Int>()
        let memory = try sharedMemory()
        let words = (0..<300).map { SharedWord(memory, at: $0 * 4) }
        for (index, word) in words.enumerated() {
            try WordWatch.watch(word, while: 0) { _ in calls.add(index) }
        }
        for word in words.reversed() {
            word.value = 1
            word.wake()
        }
        #expect(await calls.next(300).sorted() == Array(0..<300))
    }
}
