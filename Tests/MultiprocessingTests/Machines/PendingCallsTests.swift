import Testing

@testable import Multiprocessing

@Suite struct PendingCallsTests {
    private typealias Calls = PendingCalls<String, Int>

    @Test func anAnswerIsTakenOnceWhicheverComesFirst() {
        var calls = Calls()
        let early = calls.begin()
        let answer1 = calls.take(early)
        #expect(answer1 == nil)
        guard case .kept = calls.complete(early, "early") else {
            Issue.record("another outcome")
            return
        }
        let answer2 = calls.take(early)
        #expect(answer2 == "early")
        let answer3 = calls.take(early)
        #expect(answer3 == nil)
        let late = calls.begin()
        let answer4 = calls.suspend(late, 1)
        #expect(answer4 == nil)
        #expect(calls.suspended == 1)
        guard case .resume(1) = calls.complete(late, "late") else {
            Issue.record("another outcome")
            return
        }
        #expect(calls.suspended == 0 && calls.count == 0)
        let between = calls.begin()
        _ = calls.complete(between, "between")
        let answer5 = calls.suspend(between, 2)
        #expect(answer5 == "between")
    }

    @Test func anAnswerToACallThatWasGivenUpReachesNobody() {
        var calls = Calls()
        let first = calls.begin()
        let answer6 = calls.suspend(first, 1)
        #expect(answer6 == nil)
        let answer7 = calls.remove(first)
        #expect(answer7 == 1)
        let answer8 = calls.remove(first)
        #expect(answer8 == nil)
        // Its place is used again, under another number.
        let second = calls.begin()
        #expect(second != first)
        guard case .unwanted = calls.complete(first, "old") else {
            Issue.record("another outcome")
            return
        }
        _ = calls.complete(second, "new")
        let answer9 = calls.take(second)
        #expect(answer9 == "new")
        calls.abandon(calls.begin())
        #expect(calls.count == 0)
    }

    @Test func unknownNumbersAreUnwanted() {
        var calls = Calls()
        for number: UInt64 in [0, 1, .max, 1 << 32] {
            guard case .unwanted = calls.complete(number, "x") else {
                Issue.record("another outcome")
                return
            }
            let (taken, removed) = (calls.take(number), calls.remove(number))
            #expect(taken == nil && removed == nil)
        }
    }

    @Test func theEndReachesEveryone() {
        var calls = Calls()
        let (asleep, awake, done) = (calls.begin(), calls.begin(), calls.begin())
        let answer10 = calls.suspend(asleep, 7)
        #expect(answer10 == nil)
        _ = calls.complete(done, "done")
        let answer11 = calls.end(with: "end")
        #expect(answer11 == [7])
        let answer12 = calls.take(awake)
        #expect(answer12 == "end")
        let answer13 = calls.take(done)
        #expect(answer13 == "done")
        #expect(calls.count == 0 && calls.suspended == 0)
    }
}
