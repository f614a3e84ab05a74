/// First in, first out, in constant time on average; what was taken by mistake can be put back in front.
struct FIFO<Element> {
    fileprivate var elements: [Element?] = []
    fileprivate var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }

    /// The element that is next.
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[head].take()
        head += 1
        // The room of what was taken is given back once it is half of the whole.
        if head > 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll() -> [Element] {
        defer {
            elements = []
            head = 0
        }
        return elements[head...].compactMap { $0 }
    }
}

extension FIFO {
    /// The elements from an index on, in order, up to a number of them.
    func elements(from index: Int, limit: Int) -> [Element] {
        let start = head + max(0, index)
        return elements[start..<min(elements.count, start + limit)].compactMap { $0 }
    }
}

extension FIFO: Sendable where Element: Sendable {}
