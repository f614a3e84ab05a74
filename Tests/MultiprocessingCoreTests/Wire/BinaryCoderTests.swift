import MultiprocessingCore
import Testing

@Suite struct BinaryCoderTests {
    @Test func plainNumbersSurviveAtTheirLimits() throws {
        try expectLimits(Int.self)
        try expectLimits(Int8.self)
        try expectLimits(Int16.self)
        try expectLimits(Int32.self)
        try expectLimits(Int64.self)
        try expectLimits(Int128.self)
        try expectLimits(UInt.self)
        try expectLimits(UInt8.self)
        try expectLimits(UInt16.self)
        try expectLimits(UInt32.self)
        try expectLimits(UInt64.self)
        try expectLimits(UInt128.self)
        try expectFractions(Float16.self)
        try expectFractions(Float.self)
        try expectFractions(Double.self)
        for value in [true, false] {
            try expectRoundTrip(value)
            try expectRoundTrip([value, !value, value])
            try expectRoundTrip(Box(value))
        }
    }

    private func expectLimits<Number: FixedWidthInteger & Codable>(_ type: Number.Type) throws {
        for value in [Number.min, .max, 0, 1, 77] {
            try expectRoundTrip(value)
            try expectRoundTrip(Box(value))
            try expectRoundTrip(Wrapper(value))
            try expectRoundTrip([value: value])
        }
        try expectRoundTrip([Number.min, .max, 0, 42])
        try expectRoundTrip([Number]())
        try expectRoundTrip(Set([Number.min, .max, 0, 42]))
        try expectRoundTrip([[Number.min], [], [.max, 3]])
        try expectRoundTrip(ContiguousArray([Number.min, .max, 0, 42]))
    }

    private func expectFractions<Number: BinaryFloatingPoint & Codable>(_ type: Number.Type) throws {
        for value in [-Number.infinity, .greatestFiniteMagnitude, 0, -0.0, .leastNonzeroMagnitude, 0.1] {
            try expectRoundTrip(value)
            try expectRoundTrip(Box(value))
            try expectRoundTrip([value, 1, value])
        }
        #expect(try roundTrip(Number.nan).isNaN)
        #expect(try roundTrip(-Number.zero).sign == .minus)
    }

    @Test(arguments: [
        "", "a", "fifteen letters", "sixteen letters!", "naïve 🧵\0", String(repeating: "é", count: 300),
    ])
    func stringsSurvive(text: String) throws {
        try expectRoundTrip(text)
        try expectRoundTrip(Box(text))
        try expectRoundTrip([text, "", text])
        try expectRoundTrip([text: [text]])
        try expectRoundTrip(text[...].dropFirst().description)
    }

    @Test func optionalsKeepEveryLevel() throws {
        try expectRoundTrip(Int?.none)
        try expectRoundTrip(Int?.some(3))
        for value: Int???? in [.none, .some(.none), .some(.some(.none)), .some(.some(.some(.none))), 5] {
            try expectRoundTrip(value)
            try expectRoundTrip([value, 5, value])
            try expectRoundTrip(Box(value))
            try expectRoundTrip(Wrapper(value))
            try expectRoundTrip(Wrapper(Wrapper(value)))
            try expectRoundTrip(Wrapper?.some(Wrapper(value)))
            try expectRoundTrip(Maybe(value: value))
            try expectRoundTrip(Maybe(value: Wrapper(value)))
            try expectRoundTrip(["key": value])
        }
    }

    /// Types that do not read by the counterpart of what they wrote with, as hand-written ones often do not.
    @Test func optionalsMayBeReadInOtherWays() throws {
        let absent = Wrapper(Int?.none)
        let bytes = try encoded(Maybe(value: absent))
        #expect(try decoded(Field<Wrapper<Int?>>.self, from: bytes).value == absent)
        #expect(try decoded(NilReader.self, from: try encoded(absent)).wasNil)
        #expect(try decoded(NilReader.self, from: try encoded(Int?.none)).wasNil)
        #expect(try decoded(Int?.self, from: try encoded(absent)) == .some(.none))
        #expect(
            try decoded(Maybe<Int?>.self, from: try encoded(Field(value: Int??.some(nil)))).value
                == .some(nil))
        #expect(try decoded(Maybe<Int?>.self, from: try encoded(Field(value: Int??.none))).value == .none)
        #expect(throws: DecodingError.self) { try decoded(Int.self, from: try encoded(Int??.some(nil))) }
    }

    @Test(arguments: [0, 1, 254, 255, 256, 70_000])
    func lengthsOfEverySizeSurvive(length: Int) throws {
        let text = String(repeating: "x", count: length)
        try expectRoundTrip(text)
        try expectRoundTrip([text: text])
    }

    @Test func aLengthHasOneForm() throws {
        let bytes = try encoded(String(repeating: "x", count: 255))
        var long = Array(bytes.dropLast())
        long[2] = 254
        #expect(throws: WireError.malformed("a length that is not in its shortest form")) {
            try decoded(String.self, from: long)
        }
    }

    @Test func manyValuesFollowEachOther() throws {
        var writer = ByteWriter()
        try BinaryEncoder().encode(1, into: &writer)
        try BinaryEncoder().encode(Point(x: 1, y: 2, name: "p"), into: &writer)
        try BinaryEncoder().encode([1.5], into: &writer)
        try unsafe writer.bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            let number = try BinaryDecoder().decode(Int.self, from: &reader)
            let point = try BinaryDecoder().decode(Point.self, from: &reader)
            let array = try BinaryDecoder().decode([Double].self, from: &reader)
            #expect(number == 1)
            #expect(point == Point(x: 1, y: 2, name: "p"))
            #expect(array == [1.5])
            #expect(reader.isAtEnd)
        }
    }

    @Test func standardTypesSurvive() throws {
        try expectRoundTrip(Duration.milliseconds(1234))
        try expectRoundTrip(1..<5)
        try expectRoundTrip(1...5)
        try expectRoundTrip(["b": 1, "a": 2, "": 3])
        try expectRoundTrip([Point(x: 1, y: 2, name: "key"): ["value"]])
        try expectRoundTrip([String: Int]())
        try expectRoundTrip(SIMD4<Float>(1, 2, 3, 4))
    }

    @Test func enumsAndRecursionSurvive() throws {
        try expectRoundTrip(Shape.circle(radius: 2))
        try expectRoundTrip(Shape.polygon([Point(x: 1, y: 2, name: "a")], closed: nil))
        try expectRoundTrip(Shape.nothing)
        try expectRoundTrip([Shape.group([.nothing, .circle(radius: 1), .group([])]), .nothing])
        try expectRoundTrip(Weekday.friday)
        try expectRoundTrip([Weekday.friday, .monday])
        try expectRoundTrip(
            Tree(value: 1, children: [Tree(value: 2, children: []), Tree(value: 3, children: [])]))
    }
}

struct Box<Value: Codable & Hashable>: Codable, Hashable {
    var before: Int = 1
    var value: Value
    var after: String = "after"

    init(_ value: Value) { self.value = value }
}

/// A field that may be missing.
struct Maybe<Value: Codable & Hashable>: Codable, Hashable {
    var value: Value?
}

/// A field that is always written, also if it is nil.
struct Field<Value: Codable & Hashable>: Codable, Hashable {
    var value: Value

    enum CodingKeys: CodingKey { case value }

    init(value: Value) { self.value = value }

    init(from decoder: any Decoder) throws {
        value = try decoder.container(keyedBy: CodingKeys.self).decode(Value.self, forKey: .value)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value, forKey: .value)
    }
}

/// Asks for nil itself where `Optional` was written.
struct NilReader: Decodable {
    var wasNil: Bool

    init(from decoder: any Decoder) throws {
        wasNil = try decoder.singleValueContainer().decodeNil()
    }
}

/// A value that writes itself as the value inside.
struct Wrapper<Value: Codable & Hashable>: Codable, Hashable {
    var value: Value

    init(_ value: Value) { self.value = value }

    init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(Value.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

struct Point: Codable, Hashable {
    var x: Int
    var y: Double
    var name: String
}

enum Weekday: String, Codable {
    case monday
    case friday
}

enum Shape: Codable, Hashable {
    case nothing
    case circle(radius: Double)
    case polygon([Point], closed: Bool?)
    indirect case group([Shape])
}

struct Tree: Codable, Hashable {
    var value: Int
    var children: [Tree]
}

extension Box: Sendable where Value: Sendable {}
extension Maybe: Sendable where Value: Sendable {}
extension Wrapper: Sendable where Value: Sendable {}
