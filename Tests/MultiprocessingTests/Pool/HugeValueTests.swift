import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A value of a gibibyte, there and back: nobody keeps more of it than one copy.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct HugeValueTests {
    private static let count = 1 << 27
    private static let mebibyte = 1 << 20

    private static func isSame(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        guard let first = one.baseAddress, let second = other.baseAddress, one.count == other.count else {
            return false
        }
        return memcmp(first, second, one.count) == 0
    }

    private static func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }

    /// In a process of its own, whose memory nothing else is in.
    @Test func aGibibyteComesBackWhole() async throws {
        guard Survey.availableMemory > 8 << 30 else {
            return print("a gibibyte is skipped: it takes 8 GiB of memory")
        }
        let found = try SharedArray(rawRepeating: 0, count: 5)
        let child = ChildProcess(context: ProcessContext(.spawn)) { [found] in
            try await withProcessPool(workers: 1) { pool async throws in
                var value = [UInt64](repeating: 7, count: Self.count)
                for place in stride(from: 0, to: Self.count, by: 4096) { value[place] = UInt64(place) }
                // Now, because it is given back when it is not used for a while.
                try await LongMemory.open(in: pool)
                let before = try await pool.apply { Survey.peakMemory }
                let clock = ContinuousClock()
                var start = clock.now
                let length = try await pool.apply(value) { $0.count }
                if length != Self.count { exit(3) }
                found[0] = Int(Self.milliseconds(clock.now - start))
                start = clock.now
                let back = try await pool.apply(value) { $0 }
                found[1] = Int(Self.milliseconds(clock.now - start))
                let isEqual = value.withUnsafeBytes { value in
                    back.withUnsafeBytes { Self.isSame($0, value) }
                }
                if !isEqual || back.count != value.count { exit(4) }
                found[2] = try await pool.apply { Survey.peakMemory } - before
                found[3] = Survey.peakMemory
            }
            exit(0)
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        let results = try found.copyElements()
        let memory = (worker: results[2] / Self.mebibyte, here: results[3] / Self.mebibyte)
        print(
            "a gibibyte: \(results[0]) ms there, \(results[1]) ms there and back;",
            "\(memory.worker) MiB in the worker, \(memory.here) here")
        // One copy in the worker, and two here, each with the rings and what the rest takes.
        #expect((1024..<1280).contains(memory.worker))
        #expect((2048..<2304).contains(memory.here))
    }
}
