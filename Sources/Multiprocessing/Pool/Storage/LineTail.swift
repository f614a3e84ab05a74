/// The last lines of what is printed.
///
/// Pure: it is given bytes as they come.
struct LineTail {
    /// So many bytes of a line are kept.
    static let width = 1000

    private let limit: Int
    private var lines = FIFO<[UInt8]>()
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ bytes: [UInt8]) {
        guard limit > 0 else { return }
        var start = bytes.startIndex
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            extend(bytes[start..<newline])
            lines.append(rest)
            if lines.count > limit { _ = lines.popFirst() }
            rest = []
            start = newline + 1
        }
        extend(bytes[start...])
    }

    private mutating func extend(_ bytes: ArraySlice<UInt8>) {
        rest += bytes.prefix(max(0, Self.width - rest.count))
    }

    /// The last lines, the one that has not ended among them.
    var text: [String] {
        var copy = lines
        let all = copy.removeAll() + (rest.isEmpty ? [] : [rest])
        return all.suffix(limit).map { String(decoding: $0, as: UTF8.self) }
    }
}
