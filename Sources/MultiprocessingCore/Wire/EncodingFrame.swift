/// One value that is being written: what it has turned out to be so far.
struct EncodingFrame {
    /// What the value asked its encoder for.
    enum Shape {
        case untouched
        case single
        case keyed
        case unkeyed
        case closed
    }

    /// The frame of containers that cannot be written to.
    static let none = 0
    /// The frame in which a sheet begins.
    static let first = 1

    /// Containers hold this number; one that belongs to a finished value no longer finds it.
    let id: Int
    /// The type whose `encode(to:)` runs.
    let owner: Any.Type
    /// Where the value begins in the bytes of its sheet.
    let start: Int
    /// How many of the sheet's insertions belong to values around this one.
    let outerInsertions: Int
    var shape = Shape.untouched
    /// Elements of an unkeyed container, values of a single value container.
    var count = 0
}

/// Where in its container a value goes.
enum EncodingPlace {
    case field(any CodingKey)
    /// A field that is written only if there is a value, and is then read as a value.
    case presentField(any CodingKey)
    case element
    case single
}
