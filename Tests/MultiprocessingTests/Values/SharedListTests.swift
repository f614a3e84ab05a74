import Foundation
import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct SharedListTests {
    private let values: [MixedValue] = ["howdy", .bytes([1, 2]), -273.154, 100, nil, true, 42]

    @Test("SHL-01: values of mixed kinds come back by index, from the end and by iteration")
    func kinds() throws {
        let list = try SharedList(values)
        #expect(list.count == 7 && Array(list) == values)
        #expect(list[0] == "howdy" && list[1] == .bytes([1, 2]) && list[4] == nil)
        #expect(list[fromEnd: 1] == 42 && list[fromEnd: 7] == "howdy")
        #expect(list.memory.name == nil)
        #expect("\(try SharedList([1, nil, "a"]))" == "SharedList([1, nil, \"a\"])")
    }

    @Test("SHL-02: an index that is not there is out of range")
    func range() async throws {
        let list = try SharedList(values)
        #expect(await code { try list.set(1, at: 7) } == .invalidArgument)
        #expect(await code { try list.set(1, at: -1) } == .invalidArgument)
        await #expect(processExitsWith: .failure) {
            setenv("SWIFT_BACKTRACE", "enable=no", 1)
            _ = try SharedList([1, 2, 3, 4, 5, 6, 7])[7]
        }
    }

    @Test("SHL-04: another kind of value may come where it fits")
    func replacing() async throws {
        let list = try SharedList(values)
        try list.set(1.5, at: 0)
        try list.set("a text", at: 3)
        try list.set(nil, at: 6)
        #expect(list[0] == 1.5 && list[3] == "a text" && list[6] == nil)
        #expect(await code { try list.set("too long for it", at: 0) } == .invalidArgument)
        #expect(await code { try list.set([1], at: 0) } == .invalidArgument)
        #expect(list[0] == 1.5)
        try SharedList([nil], room: 20).set("long enough for it", at: 0)
        #expect(await code { _ = try SharedList([[1, 2]]) } == .invalidArgument)
    }

    @Test("SHL-05 SHL-07: places and counts of values, also in an empty list")
    func searching() throws {
        let list = try SharedList([1, 2, 1, 100, "1"])
        #expect(list.firstIndex(of: 100) == 3 && list.firstIndex(of: 7) == nil)
        #expect(list.count(of: 1) == 2 && list.count(of: "1") == 1 && list.count(of: 7) == 0)
        let empty = try SharedList([])
        #expect(empty.isEmpty && empty.count(of: 1) == 0 && empty.firstIndex(of: 1) == nil)
    }

    @Test("SHL-06: a copy under a new name is independent, a second handle of the same name is not")
    func copies() async throws {
        let list = try SharedList(creating: nil, values)
        let name = try #require(list.memory.name)
        let copy = try list.copy(creating: "\(name)-copy")
        let second = try SharedList(attaching: name)
        try list.set(7, at: 0)
        #expect(second[0] == 7 && copy[0] == "howdy" && copy.count == 7)
        #expect(try list.copy().elementsEqual(list))
        let memory = try SharedMemory(creating: nil, count: 100)
        #expect(await code { _ = try SharedList(attaching: try #require(memory.name)) } == .invalidArgument)
    }

    @Test(
        "SHL-08: the handle is small, whatever the list holds, and stands for the same memory",
        arguments: everyContext)
    func handles(context: ProcessContext) async throws {
        let sizes = try [10, 400].map {
            try JSONEncoder().encode(SharedList(creating: nil, Array(repeating: 1, count: $0))).count
        }
        #expect(abs(sizes[0] - sizes[1]) < 8, "but for the digits of random numbers")
        let list = try SharedList(values)
        let child = ChildProcess(list, context: context) { list in try list.set("child", at: 0) }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        #expect(list[0] == "child")
    }

    @Test(
        "a writer that is killed leaves the old value or the new one, and others can write",
        arguments: everyContext)
    func killedWriters(context: ProcessContext) async throws {
        let (first, second) = (String(repeating: "a", count: 4096), String(repeating: "b", count: 4096))
        let list = try SharedList([.string(first), 0])
        for _ in 0..<10 {
            let child = ChildProcess(list, context: context) { list in
                let texts = ["a", "b"].map { MixedValue.string(String(repeating: $0, count: 4096)) }
                for round in 0... {
                    try list.set(texts[round % 2], at: 0)
                    if round == 100 { try list.set(1, at: 1) }
                }
            }
            try await child.start()
            while list[1] != 1 { await Task.yield() }
            try child.kill()
            try await child.join()
            #expect(list[0] == .string(first) || list[0] == .string(second))
            try list.set(.string(first), at: 0)
            try list.set(0, at: 1)
            #expect(list[0] == .string(first))
        }
    }
}

@Suite struct MixedValueTests {
    @Test("mixed values have literals, and go through coders as they are")
    func coding() throws {
        let value: MixedValue = [
            42, nil, "hello", 2.5, true, .bytes([1]), [1: "one", "two": [2], 0.25: nil],
        ]
        let bytes = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(MixedValue.self, from: bytes) == value)
        #expect(try JSONDecoder().decode(MixedValue.self, from: JSONEncoder().encode(1.0 as MixedValue)) != 1)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(MixedValue.self, from: Data("{}".utf8))
        }
        #expect("\(value)".hasPrefix("[42, nil, \"hello\", 2.5, true, bytes [1], ["))
    }

    @Test("mixed values cross to a child and back", arguments: everyContext)
    func crossing(context: ProcessContext) async throws {
        try await withProcessPool(workers: 1, context: context) { pool in
            let value: MixedValue = [1: ["two", 3.0], nil: .bytes([4])]
            let back = try await pool.apply(value) { $0 }
            #expect(back == value)
        }
    }
}
