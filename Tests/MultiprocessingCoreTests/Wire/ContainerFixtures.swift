import MultiprocessingCore
import Testing

/// Written column by column into two containers that are open at the same time.
struct Columns: Codable, Equatable {
    struct Row: Equatable {
        var left: Int
        var right: String
    }
    var rows: [Row]

    enum CodingKeys: CodingKey { case left, right, count }
    enum NestedKeys: CodingKey { case total }

    init(rows: [Row]) { self.rows = rows }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var right = try container.nestedUnkeyedContainer(forKey: .right)
        var left = try container.nestedUnkeyedContainer(forKey: .left)
        let count = try container.nestedContainer(keyedBy: NestedKeys.self, forKey: .count)
        rows = []
        for _ in 0..<(try count.decode(Int.self, forKey: .total)) {
            rows.append(Row(left: try left.decode(Int.self), right: try right.decode(String.self)))
        }
        guard left.isAtEnd, right.isAtEnd else { throw WireError.malformed("too long") }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var left = container.nestedUnkeyedContainer(forKey: .left)
        var right = container.nestedUnkeyedContainer(forKey: .right)
        var count = container.nestedContainer(keyedBy: NestedKeys.self, forKey: .count)
        for row in rows {
            try right.encode(row.right)
            try left.encode(row.left)
        }
        try count.encode(rows.count, forKey: .total)
    }
}

class Animal: Codable {
    var name: String
    init(name: String) { self.name = name }
}

final class Dog: Animal {
    var age: Int
    var tricks: [String]

    enum CodingKeys: CodingKey { case age, tricks }

    init(name: String, age: Int, tricks: [String]) {
        self.age = age
        self.tricks = tricks
        super.init(name: name)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        tricks = try container.decode([String].self, forKey: .tricks)
        age = try container.decode(Int.self, forKey: .age)
        try super.init(from: try container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(age, forKey: .age)
        try super.encode(to: container.superEncoder())
        try container.encode(tricks, forKey: .tricks)
    }
}

class Vehicle: Codable {
    var wheels: Int
    init(wheels: Int) { self.wheels = wheels }
}

final class Car: Vehicle {
    var doors: Int

    enum CodingKeys: CodingKey { case doors }

    init(wheels: Int, doors: Int) {
        self.doors = doors
        super.init(wheels: wheels)
    }

    required init(from decoder: any Decoder) throws {
        doors = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .doors)
        try super.init(from: decoder)
    }

    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(doors, forKey: .doors)
    }
}

struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Reads its fields in the opposite order.
struct Backwards: Codable, Equatable {
    var fields: [String: Int]

    init(fields: [String: Int]) { self.fields = fields }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        fields = [:]
        for key in container.allKeys.reversed() {
            fields[key.stringValue] = try container.decode(Int.self, forKey: key)
            if container.contains(AnyKey("absent")) { throw WireError.malformed("not absent") }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        for (name, value) in fields { try container.encode(value, forKey: AnyKey(name)) }
    }
}

struct KeyedAnswers: Decodable {
    var keys: Set<String>
    var containsNil: Bool
    var containsNothing: Bool
    var isNil: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        keys = Set(container.allKeys.map(\.stringValue))
        containsNil = container.contains(AnyKey("nil"))
        containsNothing = container.contains(AnyKey("nothing"))
        isNil = try container.decodeNil(forKey: AnyKey("nil"))
        #expect(try container.decodeNil(forKey: AnyKey("one")) == false)
        #expect(try container.decodeIfPresent(Int.self, forKey: AnyKey("nil")) == nil)
        #expect(try container.decodeIfPresent(Int.self, forKey: AnyKey("nothing")) == nil)
        #expect(try container.decodeIfPresent(Int.self, forKey: AnyKey("två")) == 2)
    }
}

struct UnkeyedAnswers: Codable {
    var log: [String] = []

    init() {}

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let place = { "\(container.currentIndex)/\(container.count ?? -1)" }
        log.append(place())
        #expect(try container.decodeNil() == false)
        #expect(throws: DecodingError.self) { try container.decode(String.self) }
        #expect(container.currentIndex == 0)
        let number = try container.decode(Int.self)
        log.append("\(place()) \(number)")
        #expect(try container.decodeNil())
        log.append("\(place()) nil")
        var nested = try container.nestedUnkeyedContainer()
        log.append("\(place()) [\(try nested.decode(Int.self))]")
        #expect(nested.isAtEnd)
        _ = try container.superDecoder().container(keyedBy: AnyKey.self)
        log.append("\(place()) \(container.isAtEnd ? "end" : "more")")
        #expect(throws: DecodingError.self) { try container.decode(Int.self) }
        #expect(throws: DecodingError.self) { try container.decodeNil() }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(1)
        try container.encodeNil()
        var nested = container.nestedUnkeyedContainer()
        try nested.encode(2)
        #expect(container.count == 3)
        #expect(nested.count == 1)
        _ = container.superEncoder()
        #expect(container.count == 4)
    }
}

struct Empty: Codable {
    enum Kind: CaseIterable { case untouched, keyed, unkeyed, single, nested }
    var kind: Kind

    init(kind: Kind) { self.kind = kind }

    /// Knows by trying what was written: only absent containers refuse.
    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: AnyKey.self), container.allKeys.isEmpty {
            kind = (try? decoder.unkeyedContainer()) == nil ? .keyed : .untouched
        } else if (try? decoder.container(keyedBy: AnyKey.self)) != nil {
            kind = .nested
        } else if let container = try? decoder.unkeyedContainer(), container.isAtEnd {
            kind = .unkeyed
        } else {
            kind = .single
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch kind {
        case .untouched: break
        case .keyed: _ = encoder.container(keyedBy: AnyKey.self)
        case .unkeyed: _ = encoder.unkeyedContainer()
        case .single:
            var container = encoder.singleValueContainer()
            try container.encode("")
        case .nested:
            var container = encoder.container(keyedBy: AnyKey.self)
            _ = container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("nested"))
        }
    }
}

/// Tries to write a field that cannot be written, and goes on.
struct Forgiving: Codable {
    var fields: [String] = []

    init() {}

    init(from decoder: any Decoder) throws {
        fields = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    }

    func encode(to encoder: any Encoder) throws {
        struct Failing: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: AnyKey.self)
                try container.encode([1, 2], forKey: AnyKey("inside"))
                var nested = container.nestedUnkeyedContainer(forKey: AnyKey("nested"))
                try nested.encode(1)
                throw WireError.malformed("on purpose")
            }
        }
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(1, forKey: AnyKey("before"))
        #expect(throws: WireError.malformed("on purpose")) {
            try container.encode(Failing(), forKey: AnyKey("failing"))
        }
        try container.encode(1, forKey: AnyKey("after"))
    }
}

/// Keeps its containers beyond its `encode(to:)`.
final class Keeper: Encodable {
    enum CodingKeys: CodingKey { case value }
    var container: KeyedEncodingContainer<CodingKeys>?
    var nested: (any UnkeyedEncodingContainer)?

    func encode(to encoder: any Encoder) throws {
        container = encoder.container(keyedBy: CodingKeys.self)
        nested = container?.nestedUnkeyedContainer(forKey: .value)
    }
}

/// Keeps its decoder beyond its `init(from:)`.
struct Thief: Codable {
    enum CodingKeys: CodingKey { case value }
    var decoder: (any Decoder)?
    var container: KeyedDecodingContainer<CodingKeys>?

    init() {}

    init(from decoder: any Decoder) throws {
        self.decoder = decoder
        container = try decoder.container(keyedBy: CodingKeys.self)
        #expect(try container?.decode(String.self, forKey: .value) == "loot")
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("loot", forKey: .value)
    }
}
