import Testing

@testable import Multiprocessing

@Suite struct CallDeskTests {
    private typealias Desk = CallDesk<String, Int>

    private func begin(
        _ call: UInt64, isShort: Bool, at desk: inout Desk
    ) throws -> (seat: Int, waiter: Int?) {
        let begun = desk.begin(call, isShort: isShort)
        return try #require(begun)
    }

    @Test("A task that waits runs the next short call, and no other one")
    func reuse() throws {
        var desk = Desk()
        let first = try begin(1, isShort: true, at: &desk)
        #expect(first.waiter == nil)
        let isCancelled = desk.seat(first.seat, "task", for: 1)
        #expect(!isCancelled)
        let waits = desk.finish(first.seat, 7)
        #expect(waits)
        desk.left(first.seat, 1)
        #expect(desk.count == 0)
        let long = try begin(2, isShort: false, at: &desk)
        #expect(long.waiter == nil && long.seat != first.seat)
        let second = try begin(3, isShort: true, at: &desk)
        #expect(second.waiter == 7 && second.seat == first.seat)
        let third = try begin(4, isShort: true, at: &desk)
        #expect(third.waiter == nil)
    }

    @Test("A call that outlives its beginning can be cancelled, and takes its task along")
    func cancel() throws {
        var desk = Desk()
        let (seat, _) = try begin(1, isShort: true, at: &desk)
        _ = desk.seat(seat, "task", for: 1)
        let unknown = desk.cancel(1)
        #expect(unknown == nil)
        desk.left(seat, 1)
        #expect(desk.count == 1)
        let again = desk.begin(1, isShort: true)
        #expect(again == nil)
        let task = desk.cancel(1)
        #expect(task == "task")
        let waits = desk.finish(seat, 7)
        #expect(!waits && desk.count == 0)
        let late = desk.cancel(1)
        #expect(late == nil)
        let next = try begin(1, isShort: true, at: &desk)
        #expect(next.waiter == nil)
    }

    @Test("A call that is over before its task is known leaves nothing behind")
    func early() throws {
        var desk = Desk()
        let (seat, _) = try begin(1, isShort: false, at: &desk)
        desk.left(seat, 1)
        let waits = desk.finish(seat, nil)
        let isCancelled = desk.seat(seat, "task", for: 1)
        #expect(!waits && !isCancelled && desk.count == 0)
        let (running, waiting) = desk.end()
        #expect(running.isEmpty && waiting.isEmpty)
    }

    @Test("A cancelled call whose task is not known yet is cancelled as soon as it is")
    func lateTask() throws {
        var desk = Desk()
        let (seat, _) = try begin(1, isShort: false, at: &desk)
        desk.left(seat, 1)
        let task = desk.cancel(1)
        #expect(task == nil)
        let isCancelled = desk.seat(seat, "task", for: 1)
        #expect(isCancelled)
    }

    @Test("Only so many tasks wait for calls")
    func idle() throws {
        var desk = Desk()
        let calls = (0..<UInt64(Desk.idleLimit + 3)).compactMap { desk.begin($0, isShort: true)?.seat }
        let waiting = calls.map { desk.finish($0, $0) }
        #expect(waiting.count { $0 } == Desk.idleLimit)
    }

    @Test("At the end everybody who runs or waits is told, and nobody begins")
    func end() throws {
        var desk = Desk()
        let first = try begin(1, isShort: true, at: &desk).seat
        let second = try begin(2, isShort: true, at: &desk).seat
        _ = desk.seat(first, "first", for: 1)
        _ = desk.seat(second, "second", for: 2)
        let waits = desk.finish(first, 7)
        #expect(waits)
        let (running, waiting) = desk.end()
        #expect(running == ["second"] && waiting == [7])
        let late = desk.begin(3, isShort: true)
        let stays = desk.finish(second, 8)
        #expect(late == nil && !stays && desk.isEnded)
    }
}

@Suite struct RunScoreTests {
    @Test func aMethodThatWasShortOftenIsForgivenALongRunNowAndThen() {
        #expect(!RunScore.isShort(RunScore.first))
        var score = RunScore.next(RunScore.first, after: 1_000)
        #expect(RunScore.isShort(score))
        #expect(!RunScore.isShort(RunScore.next(score, after: 1_000_000)))
        for _ in 0..<100 { score = RunScore.next(score, after: 1_000) }
        for _ in 0..<3 {
            score = RunScore.next(score, after: 1_000_000)
            #expect(RunScore.isShort(score))
        }
        score = RunScore.next(score, after: 1_000_000)
        #expect(!RunScore.isShort(score))
    }

    @Test func aVeryLongRunIsNotForgiven() {
        var score = RunScore.first
        for _ in 0..<100 { score = RunScore.next(score, after: 0) }
        score = RunScore.next(score, after: .max)
        var runs = 0
        while !RunScore.isShort(score) {
            score = RunScore.next(score, after: 0)
            runs += 1
        }
        #expect(runs > 1)
    }
}

@Suite struct TargetNumbersTests {
    @Test func aNameHasOneNumberHoweverManyOthersCame() {
        var targets = TargetNumbers()
        for number in 0..<10 {
            let found = targets.number("name \(number)")
            #expect(found == (UInt32(number), true))
        }
        let again = targets.number("name 0")
        #expect(again == (0, false))
        #expect(targets.recent("name 0") == 0 && targets.recent("name 9") == 9)
        #expect(targets.recent("name 1") == nil && targets.recent("other") == nil)
    }
}
