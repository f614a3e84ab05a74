import Glibc

/// A point on the monotonic clock, in nanoseconds.
package struct Deadline: Hashable, Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static var now: Deadline { Deadline(nanoseconds: nanoseconds(of: CLOCK_MONOTONIC)) }

    /// Nanoseconds that the calling thread has worked.
    package static var threadTime: UInt64 { nanoseconds(of: CLOCK_THREAD_CPUTIME_ID) }

    private static func nanoseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        // These clocks always exist, so the call cannot fail.
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The moment that lies `span` after now; a span that is zero or negative has passed already.
    package static func after(_ span: Duration) -> Deadline {
        now.advanced(by: span)
    }

    /// The moment that lies `span` after this one; a negative span counts as zero.
    package func advanced(by span: Duration) -> Deadline {
        let (seconds, attoseconds) = span.components
        guard seconds >= 0, attoseconds >= 0 else { return self }
        // About 136 years: everything beyond counts as for ever, so the sum below cannot overflow.
        guard seconds < 1 << 32 else { return Deadline(nanoseconds: .max / 2) }
        let sum = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
        return Deadline(nanoseconds: nanoseconds + sum)
    }

    /// The span from now; zero once it has passed.
    package var timeLeft: Duration {
        let now = Deadline.now.nanoseconds
        return .nanoseconds(Int64(clamping: nanoseconds > now ? nanoseconds - now : 0))
    }

    package var hasPassed: Bool { self <= .now }

    /// Milliseconds from now, rounded up so that a wait of that length never ends early; 0 once it has passed.
    package var millisecondsLeft: Int32 {
        let now = Deadline.now.nanoseconds
        guard nanoseconds > now else { return 0 }
        return Int32(clamping: (nanoseconds - now + 999_999) / 1_000_000)
    }

    package static func < (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
