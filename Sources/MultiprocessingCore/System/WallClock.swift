import Glibc

/// The time of day, which the system's owner can set.
package enum WallClock {
    /// The time since the beginning of 1970, UTC.
    package static var now: Duration {
        var time = timespec()
        // The real-time clock always exists, so the call cannot fail.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Duration.seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
