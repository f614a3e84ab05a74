import Foundation
import Multiprocessing
import TestSupport
import Testing

struct SharedPoint: BitwiseCopyable, Sendable, Equatable {
    var x: Int32
    var y: Double
    var z: UInt8
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SharedValueTests {
    @Test(
        "VAL-01 VAL-02: scalars hold their first value and show what a child wrote", arguments: everyContext)
    func scalars(context: ProcessContext) async throws {
        for isRaw in [false, true] {
            func make<Value>(_ value: Value) throws -> SharedValue<Value> {
                isRaw ? try SharedValue(raw: value) : try SharedValue(value)
            }
            let (a, b) = (try make(Int32(7)), try make(1.5))
            let (c, d) = (try make(Int16(-3)), try make(Int64(1) << 40))
            let e = try make(UInt8(ascii: "h"))
            #expect(a.value == 7 && b.value == 1.5 && c.value == -3 && d.value == 1 << 40 && e.value == 104)
            let first = ChildProcess(a, b, context: context) {
                $0.value *= 3
                $1.value = -8.25
            }
            let second = ChildProcess(c, d, context: context) {
                $0.value = 300
                $1.value += 2
            }
            let third = ChildProcess(e, context: context) { $0.value = 0 }
            for child in [first, second, third] {
                try await child.start()
                #expect(try await child.join() == .exited(0))
            }
            #expect(
                a.value == 21 && b.value == -8.25 && c.value == 300 && d.value == 1 << 40 + 2 && e.value == 0)
        }
    }

    @Test("VAL-03: values have a lock of their own, one of the caller's, or none")
    func locks() async throws {
        let own = try SharedValue(1)
        #expect(own.lock != nil)
        let sum = try await own.withLock { value in
            value += 1
            #expect(own.lock?.isLocked == true)
            return value
        }
        #expect(sum == 2)
        let lock = try SharedLock()
        let given = try SharedValue(1, lock: lock)
        try given.withLockBlocking { value in
            value = 5
            #expect(lock.isLocked)
        }
        #expect(given.value == 5 && !lock.isLocked && given.lock === lock)
        let raw = try SharedValue(raw: 1)
        #expect(raw.lock == nil)
        #expect(await code { try await raw.withLock { $0 += 1 } } == .invalidArgument)
        #expect(await code { try raw.withLockBlocking { $0 += 1 } } == .invalidArgument)
        let synchronized = raw.synchronized()
        try await synchronized.withLock { $0 += 1 }
        #expect(raw.value == 2 && synchronized.lock?.isLocked == false)
        #expect(raw.synchronized(lock: lock).lock === lock)
        try await own.lock?.acquire()
        #expect(await code { try await own.withLock(timeout: .zero) { _ in } } == .timeout)
        await #expect(throws: TestError.self) {
            try await given.withLock { value in
                value = 6
                throw TestError()
            }
        }
        #expect(given.value == 6)
    }

    @Test(
        "VAL-05: scalars, a struct, an array and a text are doubled by a child, with a lock and without",
        arguments: everyContext)
    func doubled(context: ProcessContext) async throws {
        let lock = try SharedLock()
        for isRaw in [false, true] {
            let point = SharedPoint(x: 3, y: 4.5, z: 100)
            let shared = isRaw ? try SharedValue(raw: point) : try SharedValue(point, lock: lock)
            let numbers = isRaw ? try SharedArray(raw: 0..<10) : try SharedArray(0..<10, lock: lock)
            let text =
                isRaw
                ? try SharedArray(raw: Array("hello".utf8) + [UInt8](repeating: 0, count: 15))
                : try SharedArray(Array("hello".utf8) + [UInt8](repeating: 0, count: 15), lock: lock)
            let one = ChildProcess(shared, context: context) { shared in
                shared.value.x *= 2
                shared.value.y *= 2
                shared.value.z *= 2
            }
            let two = ChildProcess(numbers, text, context: context) { numbers, text in
                for index in numbers.indices { numbers[index] *= 2 }
                let end = text.firstIndex(of: 0) ?? text.count
                try text.write(text.copyElements(0..<end), at: end)
            }
            for child in [one, two] {
                try await child.start()
                #expect(try await child.join() == .exited(0))
            }
            #expect(shared.value == SharedPoint(x: 6, y: 9, z: 200))
            #expect(Array(numbers) == (0..<10).map { $0 * 2 })
            #expect(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self) == "hellohello")
        }
    }

    @Test("VAL-06: a copy is independent of the original")
    func copies() throws {
        let original = try SharedValue(SharedPoint(x: 1, y: 2, z: 3))
        let copy = try original.copy()
        original.value.x = 9
        #expect(copy.value == SharedPoint(x: 1, y: 2, z: 3) && copy.lock == nil)
        let array = try SharedArray([1, 2, 3])
        let second = try array.copy()
        array[0] = 9
        #expect(Array(second) == [1, 2, 3] && second.lock == nil)
    }

    @Test("nothing is lost when processes add under the lock, and with steps", arguments: everyContext)
    func adding(context: ProcessContext) async throws {
        let total = try SharedValue(0.0)
        let steps = try SharedAtomic(0)
        let children = (0..<3).map { _ in
            ChildProcess(total, steps, context: context) { total, steps in
                for _ in 0..<2000 {
                    try await total.withLock { $0 += 1 }
                    steps.add(1)
                }
            }
        }
        for child in children { try await child.start() }
        for child in children { #expect(try await child.join() == .exited(0)) }
        #expect(total.value == 6000 && steps.load() == 6000)
    }

    @Test("a lock that travels alone is the value's, also of an array of many pages", arguments: everyContext)
    func travellingLocks(context: ProcessContext) async throws {
        let value = try SharedValue(0)
        let array = try SharedArray(repeating: 1.5, count: 100_000)
        for lock in [value.lock, array.lock] {
            let child = ChildProcess(try #require(lock), context: context) { try await $0.acquire() }
            try await child.start()
            try await child.join()
        }
        await #expect(throws: OwnerDiedError.self) { try await value.withLock { $0 += 1 } }
        await #expect(throws: OwnerDiedError.self) { try await array.withLock { $0[0] += 1 } }
        _ = try await array.lock?.acquire()
        array.lock?.markRepaired()
        try array.lock?.release()
        try await array.withLock { $0[0] += 1 }
        #expect(array[0] == 2.5)
    }

    @Test("a number is changed in single steps of its own width")
    func atomics() async throws {
        let number = try SharedAtomic(Int8(126))
        #expect(number.add(1) == 127 && number.add(1) == -128 && number.load() == -128)
        #expect(number.exchange(5) == -128)
        #expect(number.compareExchange(expected: 4, desired: 6) == (false, 5))
        #expect(number.compareExchange(expected: 5, desired: -6) == (true, 5))
        number.store(number.load() + 1)
        #expect(number.load() == -5 && "\(number)" == "SharedAtomic(-5)")
        #expect(try SharedAtomic(UInt64.max).add(1) == 0)
        #expect(await code { _ = try SharedAtomic(Int128(1)) } == .invalidArgument)
        #expect(await code { _ = try JSONEncoder().encode(number) } == .notTransferable)
    }
}
