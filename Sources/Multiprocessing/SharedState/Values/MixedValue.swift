/// A value of one of several kinds, such as the elements of `[42, nil, "hello"]`.
///
/// ```swift
/// let row: [MixedValue] = [42, nil, "hello", 2.5, true]
/// let table: MixedValue = [1: "one", "two": 2, 0.25: [1, 2]]
/// ```
///
/// For what Python puts into one list or dictionary and Swift into several types. Values of different kinds are
/// different: `1` is not `1.0`.
public enum MixedValue: Hashable, Sendable {
    /// No value.
    case null
    /// A truth value.
    case bool(Bool)
    /// A whole number.
    case int(Int)
    /// A number.
    case double(Double)
    /// A text.
    case string(String)
    /// Bytes.
    case bytes([UInt8])
    /// Values in order.
    case array([MixedValue])
    /// Values by keys, which may be of any kind.
    case dictionary([MixedValue: MixedValue])
}

extension MixedValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// Makes a value of no value.
    public init(nilLiteral: ()) { self = .null }
    /// Makes a value of a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Makes a value of a whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// Makes a value of a number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// Makes a value of a text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes a value of several.
    public init(arrayLiteral elements: MixedValue...) { self = .array(elements) }
    /// Makes a value of several by keys; of those with equal keys the last counts.
    public init(dictionaryLiteral elements: (MixedValue, MixedValue)...) {
        self = .dictionary(Dictionary(elements) { $1 })
    }
}

extension MixedValue: Codable {
    private enum Kind: String, CodingKey {
        case null, bool, int, double, string, bytes, array, dictionary
    }

    private struct Pair: Codable {
        let key: MixedValue
        let value: MixedValue
    }

    /// Reads a value, which is a container with one field: its kind.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Kind.self)
        guard container.allKeys.count == 1, let kind = container.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "a mixed value has one kind"))
        }
        switch kind {
        case .null: self = .null
        case .bool: self = .bool(try container.decode(Bool.self, forKey: kind))
        case .int: self = .int(try container.decode(Int.self, forKey: kind))
        case .double: self = .double(try container.decode(Double.self, forKey: kind))
        case .string: self = .string(try container.decode(String.self, forKey: kind))
        case .bytes: self = .bytes(try container.decode([UInt8].self, forKey: kind))
        case .array: self = .array(try container.decode([MixedValue].self, forKey: kind))
        case .dictionary:
            let pairs = try container.decode([Pair].self, forKey: kind)
            self = .dictionary(Dictionary(pairs.map { ($0.key, $0.value) }) { $1 })
        }
    }

    /// Writes the value as a container with one field: its kind.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Kind.self)
        switch self {
        case .null: try container.encode(true, forKey: .null)
        case .bool(let value): try container.encode(value, forKey: .bool)
        case .int(let value): try container.encode(value, forKey: .int)
        case .double(let value): try container.encode(value, forKey: .double)
        case .string(let value): try container.encode(value, forKey: .string)
        case .bytes(let value): try container.encode(value, forKey: .bytes)
        case .array(let value): try container.encode(value, forKey: .array)
        case .dictionary(let value):
            try container.encode(value.map { Pair(key: $0.key, value: $0.value) }, forKey: .dictionary)
        }
    }
}

extension MixedValue: CustomStringConvertible {
    /// The value as a literal of it would be written.
    public var description: String {
        switch self {
        case .null: "nil"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .bytes(let value): "bytes \(value)"
        case .array(let value): "\(value)"
        case .dictionary(let value): "\(value)"
        }
    }
}
