import Foundation
import MultiprocessingCore
import Testing

/// One type with one recorded value of it.
struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: @Sendable () throws -> [UInt8]
    let decode: @Sendable ([UInt8]) throws -> Void

    init<Value: Codable & Sendable>(_ value: Value) {
        testDescription = "\(Value.self)"
        bytes = { try encoded(value) }
        decode = { _ = try decoded(Value.self, from: $0) }
    }

    static let all: [Sample] = [
        Sample(42), Sample(Int128.max), Sample(true), Sample(1.5), Sample("héllo"), Sample(Int??.some(nil)),
        Sample([1, 2, 3]), Sample([true, false]), Sample([UInt8](0..<20)), Sample([Float16(1), 2]),
        Sample(["a", "bc", ""]), Sample([[1], [], [2, 3]]), Sample([Int?.none, 3]), Sample(Set(["x", "y"])),
        Sample(["k": 1, "l": 2]), Sample([1: "a", 2: "b"]), Sample([Point(x: 1, y: 2, name: "p"): [true]]),
        Sample(1..<9), Sample(1...9), Sample((1...)), Sample(Duration.seconds(3)),
        Sample(SIMD4<Int32>(1, 2, 3, 4)),
        Sample(Point(x: 1, y: 2, name: "three")),
        Sample([Point(x: 1, y: 2, name: ""), Point(x: 3, y: 4, name: "q")]),
        Sample(Weekday.friday), Sample(Shape.group([.nothing, .circle(radius: 1)])),
        Sample(Shape.polygon([Point(x: 1, y: 2, name: "a")], closed: true)),
        Sample(Tree(value: 1, children: [Tree(value: 2, children: [])])), Sample(Box(Box(Wrapper(3)))),
        Sample(Maybe(value: Int?.none)), Sample(Data([1, 2, 3, 4])), Sample(Box(Data([1]))), Sample(UUID()),
        Sample(Date(timeIntervalSince1970: 0)), Sample(URL(filePath: "/tmp")),
        Sample(ContiguousArray([1, 2])), Sample(["a": ["b": ["c": Int8(1)]]]),
        Sample([1, 2, 4].difference(from: [1, 3, 4])),
    ]
}
