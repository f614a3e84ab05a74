import MultiprocessingCore
import Testing

@Suite struct CodingErrorTests {
    private struct Outer: Codable {
        var list: [Inner]
    }

    private struct Inner: Codable {
        var value: Int
    }

    private struct OtherOuter: Codable {
        var list: [OtherInner]
    }

    private struct OtherInner: Codable {
        var value: String?
        var text: String
    }

    @Test func anotherTypeIsAnErrorWithThePath() throws {
        let bytes = try encoded(OtherOuter(list: [OtherInner(value: "1", text: "")]))
        let error = try #require(throws: DecodingError.self) { try decoded(Outer.self, from: bytes) }
        guard case .typeMismatch(let type, let context) = error else {
            Issue.record("not a mismatch: \(error)")
            return
        }
        #expect(ObjectIdentifier(type) == ObjectIdentifier(Int.self))
        #expect(context.codingPath.map(\.stringValue) == ["list", "Index 0", "value"])
        #expect(context.codingPath.map(\.intValue) == [nil, 0, nil])
    }

    @Test func aMissingFieldIsAnErrorWithThePath() throws {
        let bytes = try encoded(Outer(list: [Inner(value: 1)]))
        let error = try #require(throws: DecodingError.self) {
            try decoded([String: [[String: String]]].self, from: bytes)
        }
        guard case .typeMismatch = error else {
            Issue.record("not a mismatch: \(error)")
            return
        }
        let absent = try encoded(OtherOuter(list: [OtherInner(value: nil, text: "")]))
        let missing = try #require(throws: DecodingError.self) { try decoded(Outer.self, from: absent) }
        guard case .keyNotFound(let key, let context) = missing else {
            Issue.record("not a missing key: \(missing)")
            return
        }
        #expect(key.stringValue == "value")
        #expect(context.codingPath.map(\.stringValue) == ["list", "Index 0"])
    }

    @Test func anAbsentValueIsAnErrorWithThePath() throws {
        let bytes = try encoded(["list": [["value": Int?.none]]])
        let error = try #require(throws: DecodingError.self) { try decoded(Outer.self, from: bytes) }
        guard case .valueNotFound(let type, let context) = error else {
            Issue.record("not an absent value: \(error)")
            return
        }
        #expect(ObjectIdentifier(type) == ObjectIdentifier(Int.self))
        #expect(context.codingPath.map(\.stringValue) == ["list", "Index 0", "value"])
    }

    @Test func everyPlainTypeRefusesEveryOther() throws {
        try expectRefusals(of: try encoded(7 as Int), by: Int.self)
        try expectRefusals(of: try encoded(7 as Int64), by: Int64.self)
        try expectRefusals(of: try encoded(7 as UInt8), by: UInt8.self)
        try expectRefusals(of: try encoded(7 as UInt128), by: UInt128.self)
        try expectRefusals(of: try encoded(7 as Double), by: Double.self)
        try expectRefusals(of: try encoded(7 as Float16), by: Float16.self)
        try expectRefusals(of: try encoded(true), by: Bool.self)
        try expectRefusals(of: try encoded("7"), by: String.self)
        try expectRefusals(of: try encoded([7]), by: [Int].self)
        try expectRefusals(of: try encoded([7] as [UInt16]), by: [UInt16].self)
        try expectRefusals(of: try encoded(["7": 7]), by: [String: Int].self)
    }

    private func expectRefusals(of bytes: [UInt8], by owner: Any.Type) throws {
        let types: [any Decodable.Type] = [
            Bool.self, Int.self, Int8.self, Int16.self, Int32.self, Int64.self, Int128.self, UInt.self,
            UInt8.self,
            UInt16.self, UInt32.self, UInt64.self, UInt128.self, Float16.self, Float.self, Double.self,
            String.self,
            [Int].self, [UInt16].self, [String].self, [String: Int].self, Weekday.self, Point.self,
            Duration.self,
        ]
        for type in types where type != owner {
            #expect(throws: DecodingError.self, "\(owner) was read as \(type)") {
                try decoded(type, from: bytes)
            }
        }
    }

    @Test func theEncoderNamesThePathToo() {
        struct Failing: Encodable {
            func encode(to encoder: any Encoder) throws {
                throw EncodingError.invalidValue(
                    1, .init(codingPath: encoder.codingPath, debugDescription: ""))
            }
        }
        let error = #expect(throws: EncodingError.self) { try encoded(["a": [0: [Failing()]]]) }
        guard case .invalidValue(_, let context) = error else {
            Issue.record("another error")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["a", "0", "Index 0"])
    }

    @Test func afterAnErrorTheBytesAreAsBefore() throws {
        struct Failing: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode("started")
                throw WireError.malformed("on purpose")
            }
        }
        var writer = ByteWriter()
        try BinaryEncoder().encode(1, into: &writer)
        let before = writer.bytes
        #expect(throws: WireError.malformed("on purpose")) {
            try BinaryEncoder().encode(Failing(), into: &writer)
        }
        #expect(writer.bytes == before)
        unsafe before.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            #expect(throws: DecodingError.self) { try BinaryDecoder().decode(String.self, from: &reader) }
            #expect(reader.offset == 0)
        }
    }

    @Test func userInfoReachesBothSides() throws {
        struct Spy: Codable, Equatable {
            static let key = CodingUserInfoKey(rawValue: "spy")
            var seen = ""
            init() {}
            init(from decoder: any Decoder) throws {
                let key = try #require(Self.key)
                seen = try decoder.singleValueContainer().decode(String.self)
                seen += try #require(decoder.userInfo[key] as? String)
            }
            func encode(to encoder: any Encoder) throws {
                let key = try #require(Self.key)
                var container = encoder.singleValueContainer()
                try container.encode(try #require(encoder.userInfo[key] as? String))
            }
        }
        let key = try #require(Spy.key)
        var writer = ByteWriter()
        try BinaryEncoder(userInfo: [key: "out"]).encode([Spy()], into: &writer)
        try unsafe writer.bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            let spies = try BinaryDecoder(userInfo: [key: "in"]).decode([Spy].self, from: &reader)
            #expect(spies.map(\.seen) == ["outin"])
        }
    }
}
