/// How often which durations occurred, in buckets that are at most 7 % wide.
///
/// ```swift
/// print(pool.metrics.runTime.percentile(99))
/// ```
///
/// It takes eight kilobytes, however much is recorded.
public struct DurationHistogram: Sendable, Hashable {
    /// Each power of two is cut into so many buckets.
    private static let parts = 16
    private static let bucketCount = (64 - 3) * parts

    private var buckets: [UInt64] = []
    /// How many durations were recorded.
    public private(set) var count = 0
    private var sum = 0.0
    private var least = UInt64.max
    private var most: UInt64 = 0

    /// A histogram of nothing.
    public init() {}

    /// Records a duration, once or several times; a negative one counts as zero.
    ///
    /// - Parameters:
    ///   - duration: what was measured.
    ///   - times: how often; nothing happens for zero or less.
    public mutating func record(_ duration: Duration, times: Int = 1) {
        let nanoseconds = duration / .nanoseconds(1)
        record(nanoseconds: nanoseconds > 0 ? UInt64(min(nanoseconds, 1e18)) : 0, times: times)
    }

    mutating func record(nanoseconds: UInt64, times: Int = 1) {
        guard times > 0 else { return }
        if buckets.isEmpty { buckets = Array(repeating: 0, count: Self.bucketCount) }
        buckets[Self.bucket(of: nanoseconds)] += UInt64(times)
        count += times
        sum += Double(nanoseconds) * Double(times)
        least = min(least, nanoseconds)
        most = max(most, nanoseconds)
    }

    /// The mean; zero when nothing was recorded.
    public var mean: Duration { count == 0 ? .zero : .nanoseconds(Int64(clamping: Int(sum / Double(count)))) }
    /// The shortest duration; zero when nothing was recorded.
    public var minimum: Duration { count == 0 ? .zero : .nanoseconds(Int64(clamping: least)) }
    /// The longest duration; zero when nothing was recorded.
    public var maximum: Duration { .nanoseconds(Int64(clamping: most)) }

    /// A duration that so many percent of the recorded ones do not exceed; at most 7 % too long.
    ///
    /// - Parameter percent: 0 to 100; 50 gives the median.
    /// - Returns: zero when nothing was recorded.
    public func percentile(_ percent: Double) -> Duration {
        guard count > 0 else { return .zero }
        let rank = max(1, UInt64((min(max(percent, 0), 100) / 100 * Double(count)).rounded(.up)))
        var passed: UInt64 = 0
        for (index, found) in buckets.enumerated() where found > 0 {
            passed += found
            if passed >= rank {
                return .nanoseconds(Int64(clamping: min(max(Self.upperBound(of: index), least), most)))
            }
        }
        return maximum
    }

    /// The durations that were recorded, by the longest one that a bucket takes; empty buckets are left out.
    public var counts: [(upTo: Duration, count: Int)] {
        buckets.enumerated().compactMap { index, found in
            found == 0 ? nil : (.nanoseconds(Int64(clamping: Self.upperBound(of: index))), Int(found))
        }
    }

    // MARK: Buckets

    static func bucket(of nanoseconds: UInt64) -> Int {
        guard nanoseconds >= UInt64(parts) else { return Int(nanoseconds) }
        let exponent = 63 - nanoseconds.leadingZeroBitCount
        let part = Int(nanoseconds >> UInt64(exponent - 4)) & (parts - 1)
        return (exponent - 3) * parts + part
    }

    /// The largest number that the bucket takes.
    static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= parts else { return UInt64(bucket) }
        let exponent = UInt64(bucket / parts + 3)
        let width = UInt64(1) << (exponent - 4)
        return (UInt64(parts + bucket % parts) << (exponent - 4)) + (width - 1)
    }
}
