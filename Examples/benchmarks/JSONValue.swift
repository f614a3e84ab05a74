/// A value of a JSON text.
///
/// Foundation reads JSON too, but a program that is linked with it loads it into every worker that is started, and would
/// be measured with it: that doubles the time until a spawned one is there, and its memory.
indirect enum JSONValue {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a text that is one value.
    ///
    /// - Throws: a `Failure` that says where the text is wrong.
    init(parsing text: [UInt8]) throws {
        var reader = JSONReader(text)
        self = try reader.value()
        try reader.end()
    }

    var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var integer: Int? {
        if case .number(let number) = self { Int(exactly: number) } else { nil }
    }
}

/// Reads one value after the other.
private struct JSONReader {
    private static let space = Array(" \n\r\t".utf8)

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func value() throws -> JSONValue {
        switch try next() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try list(until: UInt8(ascii: "}")) { reader in
                try reader.expect("\"")
                let name = try reader.string()
                try reader.expect(":")
                members[name] = try reader.value()
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try list(until: UInt8(ascii: "]")) { elements.append(try $0.value()) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try string())
        default:
            place -= 1
            return try word()
        }
    }

    /// Nothing but space may be left.
    mutating func end() throws {
        skipSpace()
        if place < bytes.count { throw unexpected }
    }

    private mutating func list(until end: UInt8, _ element: (inout JSONReader) throws -> Void) throws {
        if try next() == end { return }
        place -= 1
        while true {
            try element(&self)
            let separator = try next()
            if separator == end { return }
            if separator != UInt8(ascii: ",") { throw unexpected }
        }
    }

    /// The rest of a string, whose first quote has been read.
    private mutating func string() throws -> String {
        var content: [UInt8] = []
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            // The case file has no escapes.
            if bytes[place] == UInt8(ascii: "\\") { throw unexpected }
            content.append(bytes[place])
            place += 1
        }
        if place == bytes.count { throw unexpected }
        place += 1
        return String(decoding: content, as: UTF8.self)
    }

    /// A number, or one of the three names.
    private mutating func word() throws -> JSONValue {
        let start = place
        while place < bytes.count, !Self.space.contains(bytes[place]), !",]}".utf8.contains(bytes[place]) {
            place += 1
        }
        let word = String(decoding: bytes[start..<place], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true", "false": return .bool(word == "true")
        default:
            guard let number = Double(word) else { throw unexpected }
            return .number(number)
        }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        if try next() != UInt8(ascii: character) { throw unexpected }
    }

    private mutating func next() throws -> UInt8 {
        skipSpace()
        guard place < bytes.count else { throw unexpected }
        place += 1
        return bytes[place - 1]
    }

    private mutating func skipSpace() {
        while place < bytes.count, Self.space.contains(bytes[place]) { place += 1 }
    }

    private var unexpected: Failure { Failure(description: "the JSON text is wrong at byte \(place)") }
}
