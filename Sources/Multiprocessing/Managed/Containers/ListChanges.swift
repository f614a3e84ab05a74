/// Changes of a list as they travel together; see ``DictionaryChanges``.
struct ListChanges<Element: Codable & Sendable>: Codable, Sendable {
    private enum Kind: UInt8 {
        case append, insert, set, replaceSubrange, reverse, replaceAll
    }

    private var kinds: [UInt8] = []
    /// Indices, borders and counts, in the order in which they are needed.
    private var numbers: [Int] = []
    private var elements: [Element] = []

    init() {}

    var isEmpty: Bool { kinds.isEmpty }

    mutating func append(_ operation: ManagedListOperation<Element>) {
        switch operation {
        case .append(let elements): append(.append, [], elements)
        case .insert(let elements, let index): append(.insert, [index], elements)
        case .set(let element, let index): append(.set, [index], [element])
        case .replaceSubrange(let range, let elements):
            append(.replaceSubrange, [range.lowerBound, range.upperBound], elements)
        case .reverse: append(.reverse, [], [])
        case .replaceAll(let elements): append(.replaceAll, [], elements)
        }
    }

    private mutating func append(_ kind: Kind, _ places: [Int], _ elements: [Element]) {
        kinds.append(kind.rawValue)
        numbers += places
        numbers.append(elements.count)
        self.elements += elements
    }

    /// The changes, one by one.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for what nobody has put together so.
    func operations() throws -> [ManagedListOperation<Element>] {
        var (numbers, elements) = (Supply(numbers), Supply(elements))
        return try kinds.map { kind in
            switch Kind(rawValue: kind) {
            case .append: return .append(try elements.next(try numbers.next()))
            case .insert:
                let index = try numbers.next()
                return .insert(try elements.next(try numbers.next()), at: index)
            case .set:
                let (index, count) = (try numbers.next(), try numbers.next())
                guard count == 1 else { throw SupplyError.isOver }
                return .set(try elements.next(), at: index)
            case .replaceSubrange:
                let (lower, upper) = (try numbers.next(), try numbers.next())
                guard lower <= upper else { throw SupplyError.isOver }
                return .replaceSubrange(lower..<upper, with: try elements.next(try numbers.next()))
            case .reverse:
                guard try numbers.next() == 0 else { throw SupplyError.isOver }
                return .reverse
            case .replaceAll: return .replaceAll(with: try elements.next(try numbers.next()))
            case nil: throw SupplyError.isOver
            }
        }
    }
}
