/// The byte in front of every encoded value: what it is, and so how long it is.
enum WireTag: UInt8, Sendable {
    /// The value of a type that encoded nothing at all.
    case nothing
    /// An absent optional.
    case absent
    /// An optional around an optional that looks absent: one level of `Int??`.
    case some
    /// Stands before a field that was encoded "if present" and looks absent by itself.
    case present
    /// Body length, then fields: key, value, key, value.
    case keyed
    /// Body length, element count, then values and runs.
    case unkeyed
    /// A whole array of plain numbers: element tag, count, their bytes.
    case packed
    /// Several neighbours in an unkeyed container, laid out like `packed`.
    case run
    /// Length and UTF-8 bytes.
    case string
    case bool
    case int
    case int8
    case int16
    case int32
    case int64
    case int128
    case uint
    case uint8
    case uint16
    case uint32
    case uint64
    case uint128
    case float16
    case float
    case double

    /// The number of bytes after the tag, for the tags where it is always the same.
    var fixedSize: Int? {
        switch self {
        case .nothing, .absent: 0
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16: 2
        case .int32, .uint32, .float: 4
        case .int, .uint, .int64, .uint64, .double: 8
        case .int128, .uint128: 16
        case .some, .present, .keyed, .unkeyed, .packed, .run, .string: nil
        }
    }

    /// Whether this is the tag of a number or a Boolean, which arrays hold side by side.
    var isPlain: Bool { rawValue >= WireTag.bool.rawValue }

    /// Whether a value with this tag reads as nil to whoever does not look twice.
    var looksAbsent: Bool { self == .absent || self == .some }

    /// Whether the value proper stands behind this tag.
    var isMark: Bool { self == .some || self == .present }
}
