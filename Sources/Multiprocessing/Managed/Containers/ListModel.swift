/// A change of a managed list or array.
public enum ManagedListOperation<Element: Codable & Sendable>: Codable, Sendable {
    /// Elements were added behind the last.
    case append([Element])
    /// Elements were put before the one of an index.
    case insert([Element], at: Int)
    /// The element of an index became another.
    case set(Element, at: Int)
    /// Elements took the place of those of a range.
    case replaceSubrange(Range<Int>, with: [Element])
    /// The order was reversed.
    case reverse
    /// All elements became others.
    case replaceAll(with: [Element])
}

extension ManagedListOperation: Equatable where Element: Equatable {}

/// The elements of a managed list, or of an array, whose number does not change.
struct ListModel<Element: Codable & Sendable>: ManagedModel {
    typealias Operation = ManagedListOperation<Element>

    private(set) var content: [Element]
    private let isFixed: Bool

    init(_ content: [Element], isFixed: Bool = false) {
        self.content = content
        self.isFixed = isFixed
    }

    static func replacing(with content: [Element]) -> Operation { .replaceAll(with: content) }

    /// Follows how many elements there are from change to change, without making any.
    func check(_ operations: [Operation]) throws {
        var count = content.count
        for operation in operations { count = try self.count(after: operation, of: count) }
    }

    mutating func apply(_ operation: Operation) throws {
        _ = try count(after: operation, of: content.count)
        switch operation {
        case .append(let elements): content += elements
        case .insert(let elements, let index): content.insert(contentsOf: elements, at: index)
        case .set(let element, let index): content[index] = element
        case .replaceSubrange(let range, let elements): content.replaceSubrange(range, with: elements)
        case .reverse: content.reverse()
        case .replaceAll(let elements): content = elements
        }
    }

    /// How many elements there are after a change.
    ///
    /// - Throws: an ``IndexOutOfRangeError`` for places that are not there; a ``MultiprocessingError`` for an array that
    ///   would get longer or shorter.
    private func count(after operation: Operation, of count: Int) throws -> Int {
        switch operation {
        case .append(let elements): return try checked(count..<count, with: elements.count, of: count)
        case .insert(let elements, let index):
            return try checked(index..<index, with: elements.count, of: count)
        case .set(_, let index):
            try check(index, of: count)
            return count
        case .replaceSubrange(let range, let elements):
            return try checked(range, with: elements.count, of: count)
        case .reverse: return count
        case .replaceAll(let elements):
            try checkCount(count, becoming: elements.count)
            return elements.count
        }
    }

    func element(at index: Int) throws -> Element {
        try check(index, of: content.count)
        return content[index]
    }

    func elements(in range: Range<Int>) throws -> [Element] {
        try check(range, of: content.count)
        return Array(content[range])
    }

    /// How many elements there are when some have taken the place of others.
    private func checked(_ range: Range<Int>, with added: Int, of count: Int) throws -> Int {
        try check(range, of: count)
        try checkCount(range.count, becoming: added)
        return count - range.count + added
    }

    private func check(_ index: Int, of count: Int) throws {
        guard index >= 0, index < count else {
            throw IndexOutOfRangeError(range: Range(index: index), count: count)
        }
    }

    private func check(_ range: Range<Int>, of count: Int) throws {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw IndexOutOfRangeError(range: range, count: count)
        }
    }

    private func checkCount(_ before: Int, becoming after: Int) throws {
        guard !isFixed || before == after else {
            throw MultiprocessingError(
                .invalidArgument, "a managed array keeps its number of elements, which is \(content.count)")
        }
    }
}
