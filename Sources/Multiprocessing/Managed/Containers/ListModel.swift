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

    mutating func apply(_ operation: Operation) throws {
        switch operation {
        case .append(let elements):
            try replace(content.endIndex..<content.endIndex, with: elements)
        case .insert(let elements, let index):
            try replace(index..<index, with: elements)
        case .set(let element, let index):
            try check(index)
            content[index] = element
        case .replaceSubrange(let range, let elements):
            try replace(range, with: elements)
        case .reverse:
            content.reverse()
        case .replaceAll(let elements):
            try checkCount(content.count, becoming: elements.count)
            content = elements
        }
    }

    func element(at index: Int) throws -> Element {
        try check(index)
        return content[index]
    }

    func elements(in range: Range<Int>) throws -> [Element] {
        try check(range)
        return Array(content[range])
    }

    private mutating func replace(_ range: Range<Int>, with elements: [Element]) throws {
        try check(range)
        try checkCount(range.count, becoming: elements.count)
        content.replaceSubrange(range, with: elements)
    }

    private func check(_ index: Int) throws {
        guard content.indices.contains(index) else {
            throw IndexOutOfRangeError(range: index..<index + 1, count: content.count)
        }
    }

    private func check(_ range: Range<Int>) throws {
        guard range.lowerBound >= 0, range.upperBound <= content.count else {
            throw IndexOutOfRangeError(range: range, count: content.count)
        }
    }

    private func checkCount(_ before: Int, becoming after: Int) throws {
        guard !isFixed || before == after else {
            throw MultiprocessingError(
                .invalidArgument, "a managed array keeps its number of elements, which is \(content.count)")
        }
    }
}
