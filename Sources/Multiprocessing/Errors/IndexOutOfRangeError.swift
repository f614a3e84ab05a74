/// An index, or a range of them, that a managed list or array does not have.
public struct IndexOutOfRangeError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The indices that were asked for.
    public let range: Range<Int>
    /// How many elements there were.
    public let count: Int

    /// What was asked for, and what there is.
    public var description: String {
        let asked = range.count == 1 ? "index \(range.lowerBound)" : "range \(range)"
        return "\(asked) is out of range: there are \(count) elements"
    }
}

extension Range<Int> {
    /// That of one index; behind the last number there is none.
    init(index: Int) { self = index..<(index < .max ? index + 1 : index) }
}
