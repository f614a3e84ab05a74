/// The inputs of a call that are all known when it begins.
enum KnownInputs<Element> {
    case array([Element])
    /// Numbers that follow each other; they need no memory before they are sent.
    case numbers(Range<Int>)

    /// The elements of a sequence, pulled out of it now.
    init(_ sequence: some Sequence<Element>) {
        // Generic code would ask a range for each of its elements.
        if let range = sequence as? Range<Int> {
            self = .numbers(range)
        } else if let range = sequence as? ClosedRange<Int>, range.upperBound < .max {
            self = .numbers(Range(range))
        } else {
            self = .array(Array(sequence))
        }
    }

    var count: Int {
        switch self {
        case .array(let elements): elements.count
        case .numbers(let range): range.count
        }
    }

    /// Some of the elements, by their places counted from 0.
    subscript(places: Range<Int>) -> ArraySlice<Element> {
        switch self {
        case .array(let elements):
            elements[places]
        case .numbers(let range):
            Array((range.lowerBound + places.lowerBound)..<(range.lowerBound + places.upperBound)).known()[
                ...]
        }
    }
}

extension [Int] {
    /// The same array where the element's type is a parameter that has been found to be `Int`.
    fileprivate func known<Found>() -> [Found] {
        // A cast would look at each element.
        unsafe unsafeBitCast(self, to: [Found].self)
    }
}
