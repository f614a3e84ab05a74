import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct DurationHistogramTests {
    @Test func nothingIsZero() {
        let histogram = DurationHistogram()
        #expect(histogram.count == 0)
        #expect(histogram.mean == .zero && histogram.minimum == .zero && histogram.maximum == .zero)
        #expect(histogram.percentile(50) == .zero)
        #expect(histogram.counts.isEmpty)
    }

    @Test func everyNumberIsInTheBucketThatSaysSo() {
        var random = SplitMix64(state: 7)
        var numbers: [UInt64] = [0, 1, 15, 16, 17, 31, 32, 1023, 1024, .max / 2, .max - 1, .max]
        for _ in 0..<2000 {
            let shift = UInt64.random(in: 0..<64, using: &random)
            numbers.append(UInt64.random(in: 0 ... .max, using: &random) >> shift)
        }
        for number in numbers {
            let bucket = DurationHistogram.bucket(of: number)
            let bound = DurationHistogram.upperBound(of: bucket)
            #expect(number <= bound)
            #expect(bucket == 0 || DurationHistogram.upperBound(of: bucket - 1) < number)
            // One sixteenth is the promise.
            #expect(Double(bound) - Double(number) <= Double(number) / 16 + 1)
        }
    }

    @Test func percentilesAreThoseOfTheSortedNumbers() {
        var histogram = DurationHistogram()
        for milliseconds in 1...1000 { histogram.record(.milliseconds(milliseconds)) }
        for percent in [1.0, 25, 50, 90, 99, 100] {
            let exact: Double = (percent * 10).rounded(.up) / 1000
            let found: Double = histogram.percentile(percent) / .seconds(1)
            #expect(found >= exact)
            #expect(found <= exact * 1.07)
        }
        #expect(histogram.percentile(0) == histogram.percentile(0.1))
        #expect(histogram.minimum == .milliseconds(1))
        #expect(histogram.maximum == .seconds(1))
        #expect(abs(histogram.mean / .milliseconds(1) - 500.5) < 0.001)
        #expect(histogram.counts.reduce(0) { $0 + $1.count } == 1000)
    }

    @Test func whatIsRecordedSeveralTimesCountsSo() {
        var histogram = DurationHistogram()
        histogram.record(.seconds(1), times: 3)
        histogram.record(.seconds(5))
        histogram.record(.seconds(9), times: 0)
        histogram.record(.seconds(-1))
        #expect(histogram.count == 5)
        #expect(histogram.mean == .milliseconds(1600))
        #expect(histogram.minimum == .zero)
    }
}

@Suite struct PoolMeterTests {
    private func chunk(_ id: UInt64, item: Int = 0, count: Int = 1, submitted: UInt64) -> PoolChunk {
        let definition = Definition(
            id: 1, WireBytes([]), label: "map", retired: RetiredDefinitions())
        var chunk = PoolChunk(
            id: id, definition: definition, payload: WireBytes([]), attachments: [], firstItem: item,
            count: count,
            timeout: nil, options: CallOptions(), terms: nil, sink: nil)
        chunk.submittedAt = submitted
        return chunk
    }

    @Test func aChunkCountsForEachOfItsItems() {
        var meter = PoolMeter()
        meter.submit(10)
        meter.finish(chunk(1, count: 10, submitted: 1000), begun: nil, spent: 500, now: 3000)
        #expect(meter.runTime.count == 10)
        #expect(meter.runTime.mean == .nanoseconds(50))
        #expect(meter.waitTime.minimum == .nanoseconds(1500))
        #expect(meter.busy == 500)
        #expect(meter.slowest.all.first?.items == 10)
    }

    @Test func timesThatNoClockShowsDoNoHarm() {
        var meter = PoolMeter()
        meter.finish(chunk(1, submitted: 1000), begun: .max, spent: .max, now: 3000)
        meter.finish(chunk(2, submitted: 1000), begun: 1, spent: 0, now: 3000)
        meter.finish(chunk(3, submitted: 5000), begun: 4000, spent: 0, now: 3000)
        #expect(meter.runTime.maximum == .nanoseconds(2000))
        #expect(meter.busy <= 2000)
    }

    @Test func theSlowestAreKeptInTheirOrder() {
        var meter = PoolMeter()
        var random = SplitMix64(state: 3)
        let times = (1...100).map { UInt64($0) * 10 }.shuffled(using: &random)
        for (item, time) in times.enumerated() {
            meter.finish(chunk(1, item: item, submitted: 0), begun: 5000 - time, spent: 0, now: 5000)
        }
        let slowest = (91...100).reversed().map { UInt64($0) * 10 }
        #expect(meter.slowest.all.map(\.duration) == slowest.map { Duration.nanoseconds($0) })
        #expect(meter.slowest.all.map(\.item) == slowest.compactMap { times.firstIndex(of: $0) })
    }

    @Test func whatComesOutIsNotOutstanding() {
        var meter = PoolMeter()
        meter.submit(10)
        meter.receive(4, failures: 1, bytes: 100, isWanted: true)
        meter.receive(2, failures: 1, bytes: 10, isWanted: false)
        meter.lose(failed: 1, cancelled: 1)
        #expect((meter.completed, meter.failed, meter.cancelled) == (3, 2, 3))
        #expect(meter.outstanding == 2)
        #expect(meter.bytesReceived == 110)
    }
}
