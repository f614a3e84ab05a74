/// Puts a tag in front of each line of what is printed; hands out whole lines only.
///
/// Pure: it is given bytes as they come.
struct LineTagger {
    /// A line that is longer is handed out in pieces, each with the tag.
    static let longest = 64 << 10

    private let tag: [UInt8]
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []

    init(tag: String) {
        self.tag = Array(tag.utf8)
    }

    /// Takes bytes; returns the lines that are whole now, with their tags.
    mutating func add(_ bytes: [UInt8]) -> [UInt8] {
        var lines: [UInt8] = []
        var start = bytes.startIndex
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines += tag + rest + bytes[start...newline]
            rest = []
            start = newline + 1
        }
        rest += bytes[start...]
        if rest.count >= Self.longest { lines += end() }
        return lines
    }

    /// Nothing more comes: what is left becomes a line.
    mutating func end() -> [UInt8] {
        guard !rest.isEmpty else { return [] }
        defer { rest = [] }
        return tag + rest + [UInt8(ascii: "\n")]
    }
}
