import MultiprocessingCore
import Testing

@Suite struct CodingContainerTests {
    @Test func containersMayBeWrittenInterleaved() throws {
        #expect(try roundTrip(Columns(rows: [])) == Columns(rows: []))
        let rows = (0..<500).map { Columns.Row(left: $0, right: "row \($0)") }
        #expect(try roundTrip(Columns(rows: rows)) == Columns(rows: rows))
        #expect(try roundTrip([Columns(rows: rows), Columns(rows: [])]).count == 2)
    }

    @Test func superEncodersHaveTheirOwnFields() throws {
        let dog = Dog(name: "Rex", age: 3, tricks: ["sit"])
        let copy = try roundTrip(dog)
        #expect(copy.name == "Rex")
        #expect(copy.age == 3)
        #expect(copy.tricks == ["sit"])
        let both = try roundTrip([dog, Dog(name: "Mia", age: 1, tricks: [])])
        #expect(both.map(\.name) == ["Rex", "Mia"])
    }

    @Test func aSubclassMayShareItsSuperclassesContainer() throws {
        let copy = try roundTrip(Car(wheels: 4, doors: 5))
        #expect(copy.wheels == 4)
        #expect(copy.doors == 5)
    }

    @Test func fieldsAreFoundInAnyOrder() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<300).map { ("key \($0)", $0) })
        #expect(try roundTrip(Backwards(fields: many)) == Backwards(fields: many))
        #expect(try roundTrip(Backwards(fields: ["a": 1, "b": 2])) == Backwards(fields: ["a": 1, "b": 2]))
    }

    @Test func keyedContainersAnswerQuestions() throws {
        let bytes = try encoded(["one": 1, "nil": nil, "två": 2])
        let answers = try decoded(KeyedAnswers.self, from: bytes)
        #expect(answers.keys == ["one", "nil", "två"])
        #expect(answers.containsNil)
        #expect(!answers.containsNothing)
        #expect(answers.isNil)
    }

    @Test func unkeyedContainersAnswerQuestions() throws {
        #expect(try roundTrip(UnkeyedAnswers()).log == ["0/4", "1/4 1", "2/4 nil", "3/4 [2]", "4/4 end"])
    }

    @Test func emptyContainersAreNotAbsentOnes() throws {
        for kind in Empty.Kind.allCases {
            #expect(try roundTrip(Empty(kind: kind)).kind == kind)
            #expect(try roundTrip([Empty(kind: kind), Empty(kind: kind)]).map(\.kind) == [kind, kind])
            #expect(try roundTrip(["key": Empty(kind: kind)])["key"]?.kind == kind)
            #expect(try roundTrip(Empty?.some(Empty(kind: kind)))?.kind == kind)
        }
    }

    @Test func numbersOfOneRunReadAsAnything() throws {
        struct Run: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode(contentsOf: [1, 2] as [UInt8])
                try container.encode(contentsOf: [] as [UInt8])
                try container.encode(UInt8(3))
                try container.encode(contentsOf: stride(from: UInt8(4), to: 6, by: 1))
            }
        }
        let bytes = try encoded(Run())
        #expect(try decoded([UInt8].self, from: bytes) == [1, 2, 3, 4, 5])
        #expect(try decoded([Wrapper<UInt8>].self, from: bytes).map(\.value) == [1, 2, 3, 4, 5])
        #expect(try decoded([UInt8?].self, from: bytes) == [1, 2, 3, 4, 5])
        #expect(
            try decoded([Wrapper<UInt8>].self, from: try encoded([9, 8] as [UInt8])).map(\.value) == [9, 8])
        #expect(try decoded(Set<UInt8>.self, from: try encoded([9, 8] as [UInt8])) == [8, 9])
        #expect(throws: DecodingError.self) { try decoded([Int8].self, from: bytes) }
    }

    @Test func aFailedFieldLeavesNothingBehind() throws {
        #expect(try roundTrip(Forgiving()).fields == ["before", "after"])
    }

    @Test func containersOfAFinishedValueRefuse() throws {
        let keeper = Keeper()
        var writer = ByteWriter()
        try BinaryEncoder().encode(keeper, into: &writer)
        #expect(throws: EncodingError.self) { try keeper.container?.encode(1, forKey: .value) }
        #expect(throws: EncodingError.self) { try keeper.nested?.encode(1) }
        #expect(try decoded([String: [Int]].self, from: writer.bytes) == ["value": []])
    }

    @Test func aDecoderThatWasKeptReadsNothing() throws {
        let thief = try roundTrip(Thief())
        #expect(throws: (any Error).self) { try thief.decoder?.singleValueContainer().decode(String.self) }
        #expect(throws: (any Error).self) { try thief.decoder?.unkeyedContainer() }
        #expect(throws: (any Error).self) { try thief.container?.decode(String.self, forKey: .value) }
        #expect(thief.container?.allKeys == [])
    }

    @Test func twoShapesForOneValueAreRefused() {
        struct Confused: Encodable {
            func encode(to encoder: any Encoder) throws {
                _ = encoder.unkeyedContainer()
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(1, forKey: .key)
            }
            enum CodingKeys: CodingKey { case key }
        }
        struct Repeated: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(1)
                try container.encode(2)
            }
        }
        #expect(throws: EncodingError.self) { try encoded(Confused()) }
        #expect(throws: EncodingError.self) { try encoded(Repeated()) }
    }
}
