import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

@Suite struct BatchChangesTests {
    /// What a value becomes on its way.
    private func sent<Value: Codable>(_ value: Value) throws -> Value {
        var writer = MessageWriter()
        try writer.append(encoding: value)
        return try writer.bytes.bytes.withUnsafeBytes { bytes in
            var reader = MessageReader(ByteReader(bytes), attachments: [])
            return try reader.decode(Value.self)
        }
    }

    @Test func changesOfAListTravel() throws {
        let operations: [ManagedListOperation<String>] = [
            .append(["a", "b"]), .append([]), .insert(["c"], at: 1), .set("d", at: 0), .reverse,
            .replaceSubrange(0..<2, with: ["e", "f", "g"]), .replaceAll(with: ["h"]),
            .replaceSubrange(-3 ..< .max, with: []),
        ]
        var changes = ListChanges<String>()
        #expect(changes.isEmpty)
        for operation in operations { changes.append(operation) }
        #expect(try !changes.isEmpty && sent(changes).operations() == operations)
    }

    @Test func changesOfADictionaryTravel() throws {
        var changes = DictionaryChanges<String, Int>()
        #expect(changes.isEmpty)
        changes.set("a", 1)
        changes.replaceAll(with: ["b": 2])
        changes.remove("b")
        changes.set("c", 3)
        let expected: [ManagedDictionaryOperation<String, Int>] = [
            .set("a", 1), .replaceAll(with: ["b": 2]), .remove("b"), .set("c", 3),
        ]
        #expect(try !changes.isEmpty && sent(changes).operations() == expected)
    }

    @Test("Changes that do not fit together are an error")
    func broken() throws {
        struct Columns: Codable {
            var kinds: [UInt8]
            var numbers: [Int] = []
            var elements: [Int] = []
        }
        func check(_ columns: Columns) throws {
            var writer = MessageWriter()
            try writer.append(encoding: columns)
            let changes = try writer.bytes.bytes.withUnsafeBytes { bytes in
                var reader = MessageReader(ByteReader(bytes), attachments: [])
                return try reader.decode(ListChanges<Int>.self)
            }
            let error = #expect(throws: MultiprocessingError.self) { try changes.operations() }
            #expect(error?.code == .undecodable)
        }
        for kind in UInt8(0)...10 { try check(Columns(kinds: [kind])) }
        try check(Columns(kinds: [0], numbers: [2], elements: [1]))
        try check(Columns(kinds: [0], numbers: [-1], elements: [1]))
        try check(Columns(kinds: [0], numbers: [.max], elements: [1]))
        try check(Columns(kinds: [2], numbers: [0, 2], elements: [1, 2]))
        try check(Columns(kinds: [3], numbers: [2, 1, 0]))
        try check(Columns(kinds: [4], numbers: [1], elements: [1]))
    }

    @Test("Changes of which one cannot be made leave all as it was, and say what the first of them throws")
    func wholeness() throws {
        var random = SplitMix64(state: 3)
        for isFixed in [false, true] {
            for _ in 0..<2000 {
                var machine = ContainerMachine(ListModel([1, 2, 3], isFixed: isFixed))
                let operations = (0..<4).map { _ -> ManagedListOperation<Int> in
                    let index = Int.random(in: -1...5, using: &random)
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: return .append([4])
                    case 1: return .insert([5], at: index)
                    case 2: return .set(6, at: index)
                    case 3: return .replaceSubrange(index..<index + 2, with: [7, 8])
                    case 4: return .reverse
                    default: return .replaceAll(with: [9, 10, 11])
                    }
                }
                // One by one, in a copy.
                var model = machine.model
                let expected = Result { for operation in operations { try model.apply(operation) } }
                let found = Result { try machine.perform(operations) }
                #expect("\(expected)" == "\(found)")
                if case .success = expected {
                    #expect(machine.model.content == model.content && machine.version == 4)
                } else {
                    #expect(machine.model.content == [1, 2, 3] && machine.version == 0)
                }
            }
        }
    }
}
