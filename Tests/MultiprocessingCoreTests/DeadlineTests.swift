import MultiprocessingCore
import Testing

@Suite struct DeadlineTests {
    @Test func aNegativeSpanHasPassed() {
        #expect(Deadline.after(.seconds(-1)).hasPassed)
        #expect(Deadline.after(.zero).millisecondsLeft == 0)
    }

    @Test func aFutureMomentHasNotPassed() {
        #expect(!Deadline.after(.seconds(3600)).hasPassed)
        #expect(!Deadline.after(.seconds(Int64.max)).hasPassed)
        #expect(Deadline.after(.nanoseconds(1)) > Deadline(nanoseconds: 0))
    }
}
