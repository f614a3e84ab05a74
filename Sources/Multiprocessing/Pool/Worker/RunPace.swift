/// Decides how many values a worker collects before it looks at the clock, and when it hands them over.
///
/// Pure: it is told the time. What takes long is handed over item by item; of quick items a few hundred
/// microseconds' worth go together, because telling the pool costs more than running them.
struct RunPace {
    /// Nanoseconds after which values are handed over at the next look.
    static let patience: UInt64 = 200_000
    /// Looks at the clock lie about so many nanoseconds apart, or further where an item takes longer.
    static let interval: UInt64 = 20_000
    private static let longest = 1024

    /// Items until the next look.
    private(set) var stride = 1
    private var lastLook: UInt64
    private var lastHandover: UInt64

    init(now: UInt64) {
        lastLook = now
        lastHandover = now
    }

    /// The clock is looked at; returns whether it is time to hand values over.
    mutating func looks(at now: UInt64) -> Bool {
        // The clock is the same for all processors, but what is read in two threads may cross.
        let passed = now > lastLook ? now - lastLook : 0
        lastLook = now
        if passed < Self.interval {
            stride = min(2 * stride, Self.longest)
        } else if passed > 2 * Self.interval {
            stride = max(1, stride / Int(clamping: passed / Self.interval))
        }
        guard now > lastHandover, now - lastHandover >= Self.patience else { return false }
        lastHandover = now
        return true
    }
}
