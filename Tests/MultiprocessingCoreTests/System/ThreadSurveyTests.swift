import CMultiprocessing
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite(.timeLimit(.minutes(1))) struct ThreadSurveyTests {
    private typealias Thread = ThreadSurvey.Thread

    private let quiet = QuietMoment(
        since: ThreadSurvey([1: Thread(isAsleep: false, sleeps: 4, processorTime: 1_000)]), until: .now)

    private func isQuiet(_ threads: [Int32: ThreadSurvey.Thread]) -> Bool {
        quiet.isNow(ThreadSurvey(threads))
    }

    @Test("it is quiet when all sleep")
    func sleepers() {
        #expect(isQuiet([:]))
        #expect(isQuiet([1: Thread(isAsleep: true, sleeps: 5, processorTime: 2_000)]))
        #expect(!isQuiet([1: Thread(isAsleep: false, sleeps: 4, processorTime: 2_000)]))
        #expect(
            !isQuiet([
                1: Thread(isAsleep: true, sleeps: 5, processorTime: 2_000),
                2: Thread(isAsleep: false, sleeps: 0, processorTime: 0),
            ]))
    }

    @Test("whoever has computed since it was first asked for is not waited for")
    func computing() {
        let time = 1_000 + QuietMoment.burst
        #expect(isQuiet([1: Thread(isAsleep: false, sleeps: 4, processorTime: time)]))
        #expect(!isQuiet([1: Thread(isAsleep: false, sleeps: 4, processorTime: time - 1)]))
        #expect(!isQuiet([1: Thread(isAsleep: false, sleeps: 5, processorTime: time)]))
        #expect(isQuiet([2: Thread(isAsleep: false, sleeps: 0, processorTime: QuietMoment.burst)]))
        #expect(!isQuiet([2: Thread(isAsleep: false, sleeps: 0, processorTime: QuietMoment.burst - 1)]))
    }

    @Test("a sleeper that ran or ended has disturbed, and nobody else")
    func disturbance() {
        let asleep = Thread(isAsleep: true, sleeps: 5, processorTime: 2_000)
        let earlier = ThreadSurvey([1: asleep, 2: Thread(isAsleep: false, sleeps: 1, processorTime: 9)])
        #expect(!ThreadSurvey([1: asleep]).isDisturbed(since: earlier))
        #expect(
            !ThreadSurvey([1: asleep, 3: Thread(isAsleep: false, sleeps: 0, processorTime: 0)])
                .isDisturbed(since: earlier))
        #expect(ThreadSurvey([:]).isDisturbed(since: earlier))
        #expect(
            ThreadSurvey([1: Thread(isAsleep: true, sleeps: 6, processorTime: 2_000)])
                .isDisturbed(since: earlier))
        #expect(
            ThreadSurvey([1: Thread(isAsleep: false, sleeps: 5, processorTime: 2_000)])
                .isDisturbed(since: earlier))
    }

    @Test("a program that has no quiet moments is hardly waited for, until it has some again")
    func patience() {
        var patience = QuietMoment.Patience()
        patience.learn(hasCome: true)
        #expect(patience.duration == QuietMoment.Patience.most)
        patience.learn(hasCome: false)
        #expect(patience.duration == QuietMoment.Patience.most / 2)
        for _ in 0..<20 { patience.learn(hasCome: false) }
        #expect(patience.duration == QuietMoment.Patience.least)
        for _ in 0..<20 { patience.learn(hasCome: true) }
        #expect(patience.duration == QuietMoment.Patience.most)
    }

    @Test("the kernel says what a thread of this process does")
    func kernel() async throws {
        let (far, near) = try SocketPair.make()
        let isOver = Gate()
        let computing = try await start { while !isOver.isOpen {} }
        let sleeping = try await start {
            var byte: UInt8 = 0
            while read(far.raw, &byte, 1) > 0 {}
        }
        let first = try await survey { $0.threads[sleeping]?.isAsleep == true }
        let time = try #require(first.threads[computing]).processorTime
        let later = try await survey { $0.threads[computing].map { $0.processorTime > time } ?? false }
        #expect(later.threads[computing]?.isAsleep == false)
        let sleeper = ThreadSurvey([sleeping: try #require(first.threads[sleeping])])
        #expect(!later.isDisturbed(since: sleeper))
        // It wakes, and goes to sleep again.
        #expect(write(near.raw, [0], 1) == 1)
        _ = try await survey { $0.isDisturbed(since: sleeper) && $0.threads[sleeping]?.isAsleep == true }
        isOver.open()
        shutdown(near.raw, Int32(SHUT_WR))
        _ = try await survey { $0.threads[sleeping] == nil && $0.threads[computing] == nil }
    }

    @Test("the thread that asks is not in it")
    func asker() async throws {
        let found = Mutex<(id: Int32, survey: ThreadSurvey)?>(nil)
        _ = try await start { found.withLock { $0 = (mp_thread_id(), .now) } }
        while true {
            if let (id, survey) = found.withLock({ $0 }) {
                #expect(survey.threads[id] == nil)
                #expect(survey.threads[getpid()] != nil)
                return
            }
            await Task.yield()
        }
    }

    /// The first survey that fulfils a condition.
    private func survey(_ condition: (ThreadSurvey) -> Bool) async throws -> ThreadSurvey {
        while true {
            let survey = ThreadSurvey.now
            if condition(survey) { return survey }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Starts a thread, and gives its number.
    private func start(_ body: @escaping @Sendable () -> Void) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try OSThread.start(named: "surveyed") {
                    continuation.resume(returning: mp_thread_id())
                    body()
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
