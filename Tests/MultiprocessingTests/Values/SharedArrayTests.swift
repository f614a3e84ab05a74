import Foundation
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SharedArrayTests {
    @Test(
        "ARR-01: length, indices and slices are those of an array; a child's sums are seen",
        arguments: everyContext)
    func likeAnArray(context: ProcessContext) async throws {
        var expected = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831]
        for array in [try SharedArray(expected), try SharedArray(raw: expected)] {
            #expect(array.count == 10 && array[3] == 821 && Array(array) == expected)
            #expect(Array(array[2..<7]) == Array(expected[2..<7]))
            try array.write([4, 5, 6], at: 4)
            expected[4..<7] = [4, 5, 6]
            #expect(Array(array) == expected)
            let child = ChildProcess(array, context: context) { array in
                for index in 1..<array.count { array[index] += array[index - 1] }
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            var sum = 0
            let sums = expected.map { number in
                sum += number
                return sum
            }
            #expect(Array(array) == sums)
            expected = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831]
        }
    }

    @Test("ARR-03: arrays have a lock of their own, one of the caller's, or none")
    func locks() async throws {
        let own = try SharedArray(repeating: 1, count: 3)
        try await own.withLock { span in
            span[1] = 5
            #expect(own.lock?.isLocked == true)
        }
        #expect(own[1] == 5)
        let lock = try SharedLock()
        let given = try SharedArray([1, 2], lock: lock)
        try given.withLockBlocking { span in
            span[0] = 7
            #expect(lock.isLocked)
        }
        #expect(given[0] == 7 && given.lock === lock)
        let raw = try SharedArray(rawRepeating: 1.5, count: 2)
        #expect(raw.lock == nil && Array(raw) == [1.5, 1.5])
        #expect(await code { try await raw.withLock { $0[0] = 1 } } == .invalidArgument)
        try await raw.synchronized().withLock { $0[0] = 1 }
        #expect(raw[0] == 1)
    }

    @Test("empty arrays are arrays", arguments: everyContext)
    func empty(context: ProcessContext) async throws {
        let array = try SharedArray<Double>([])
        #expect(array.isEmpty && Array(array) == [])
        #expect(try await array.withLock { $0.count } == 0)
        #expect(array.withSpan { $0.count } == 0)
        try array.write([])
        let child = ChildProcess(array, context: context, options: .captured) { say("\($0.count)") }
        #expect(try await child.report().output == ["0"])
        #expect(await code { _ = try SharedArray(repeating: 0, count: -1) } == .invalidArgument)
    }

    @Test("places that are not in the array are errors, and traps for indices")
    func range() async throws {
        let array = try SharedArray([1, 2, 3])
        #expect(await code { try array.write([1, 2], at: 2) } == .invalidArgument)
        #expect(await code { try array.write([1], at: -1) } == .invalidArgument)
        #expect(await code { try array.write([1], at: .max) } == .invalidArgument)
        #expect(await code { _ = try array.copyElements(2..<4) } == .invalidArgument)
        var target = [0, 0]
        var span = target.mutableSpan
        try array.copyElements(into: &span, from: 1)
        #expect(target == [2, 3])
        #expect(Array(array) == [1, 2, 3])
        await #expect(processExitsWith: .failure) {
            setenv("SWIFT_BACKTRACE", "enable=no", 1)
            try SharedArray([1, 2, 3])[3] = 1
        }
    }

    @Test("elements may be structs with padding and vectors, and are sorted in place")
    func elements() throws {
        var points = try SharedArray((0..<5).map { SharedPoint(x: 5 - $0, y: 0, z: 1) })
        points.sort { $0.x < $1.x }
        #expect(points.map(\.x) == [1, 2, 3, 4, 5])
        let vectors = try SharedArray(repeating: SIMD8<Double>(repeating: 2), count: 3)
        vectors.withMutableSpan { span in
            for index in span.indices { span[index] *= 2 }
        }
        #expect(vectors[2] == SIMD8(repeating: 4))
        // A collection that has no storage of its own.
        #expect(
            try Array(SharedArray((0..<100).lazy.filter { $0 % 2 == 0 })) == (0..<100).filter { $0 % 2 == 0 })
    }

    @Test(
        "an array goes through a pool and back as the same memory, and through no other coder",
        arguments: everyContext)
    func travelling(context: ProcessContext) async throws {
        struct Sent: Codable { var array: SharedArray<Int32> }
        let array = try SharedArray([Int32(1), 2])
        #expect(await code { _ = try JSONEncoder().encode(Sent(array: array)) } == .notTransferable)
        try await withProcessPool(workers: 1, context: context) { pool in
            // It goes and comes as what it is, many times, and nothing is left open.
            for _ in 0..<50 {
                let back = try await pool.apply(array) { $0 }
                back[0] += 1
            }
            #expect(array[0] == 51)
        }
    }
}
