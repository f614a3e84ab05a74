/// Elements that are taken one after another, of which there have to be enough.
struct Supply<Element> {
    private let elements: [Element]
    private var index = 0

    init(_ elements: [Element]) {
        self.elements = elements
    }

    /// Takes the next one.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` when there is none.
    mutating func next() throws -> Element {
        guard index < elements.count else { throw SupplyError.isOver }
        defer { index += 1 }
        return elements[index]
    }

    /// Takes the next few.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` when there are not so many.
    mutating func next(_ count: Int) throws -> [Element] {
        guard count >= 0, count <= elements.count - index else { throw SupplyError.isOver }
        defer { index += count }
        return Array(elements[index..<index + count])
    }
}

/// What is thrown for changes that do not fit together.
enum SupplyError {
    static var isOver: MultiprocessingError {
        MultiprocessingError(.undecodable, "changes of a managed object that do not fit together")
    }
}
