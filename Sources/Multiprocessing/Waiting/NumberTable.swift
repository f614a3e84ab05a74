/// Values by numbers that this process has given out itself, one after the other.
///
/// A dictionary guards against keys that somebody chose to collide; these are nobody's choice, so that costs nothing
/// here. Places are tried in a circle from a number's own one on, and what is taken out leaves no gap.
struct NumberTable<Value> {
    /// The number at each place, plus 1; 0 where there is nothing.
    private var marks: [UInt64] = []
    private var values: [Value?] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The numbers, in no order.
    var keys: [UInt64] { marks.filter { $0 != 0 }.map { $0 - 1 } }

    /// The value of a number; nil takes it out.
    ///
    /// What is changed through an optional chain is changed in its place.
    subscript(number: UInt64) -> Value? {
        get { find(number).flatMap { values[$0] } }
        set {
            guard let newValue else {
                _ = removeValue(forKey: number)
                return
            }
            if let place = find(number) { values[place] = newValue } else { insert(newValue, number) }
        }
        _modify {
            if let place = find(number) {
                yield &values[place]
                if values[place] == nil { close(place) }
            } else {
                var value: Value?
                yield &value
                if let value { insert(value, number) }
            }
        }
    }

    func contains(_ number: UInt64) -> Bool { find(number) != nil }

    /// Takes a value out.
    @discardableResult
    mutating func removeValue(forKey number: UInt64) -> Value? {
        guard let place = find(number) else { return nil }
        let value = values[place].take()
        close(place)
        return value
    }

    mutating func removeAll() {
        self = NumberTable()
    }

    // MARK: Places

    private var mask: Int { marks.count - 1 }
    private var shift: UInt64 { UInt64(marks.count.leadingZeroBitCount + 1) }

    private func home(of number: UInt64) -> Int {
        // Numbers in a row come to lie evenly apart: the golden ratio's upper bits.
        Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    private func find(_ number: UInt64) -> Int? {
        guard count > 0 else { return nil }
        var place = home(of: number)
        while marks[place] != number &+ 1 {
            if marks[place] == 0 { return nil }
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func insert(_ value: Value, _ number: UInt64) {
        precondition(number < .max, "the largest number is none")
        if 2 * (count + 1) > marks.count { grow() }
        var place = home(of: number)
        while marks[place] != 0 { place = (place + 1) & mask }
        marks[place] = number + 1
        values[place] = value
        count += 1
    }

    private mutating func grow() {
        let old = self
        marks = Array(repeating: 0, count: max(16, 2 * old.marks.count))
        values = Array(repeating: nil, count: marks.count)
        count = 0
        for place in old.marks.indices {
            if let value = old.values[place] { insert(value, old.marks[place] - 1) }
        }
    }

    /// The value at the place is gone: those that had to step aside because of it move up.
    private mutating func close(_ gap: Int) {
        count -= 1
        var gap = gap
        var place = (gap + 1) & mask
        while marks[place] != 0 {
            // It may move to the gap if that is not before its home, counted around the circle.
            if (place - home(of: marks[place] - 1)) & mask >= (place - gap) & mask {
                marks[gap] = marks[place]
                values.swapAt(gap, place)
                gap = place
            }
            place = (place + 1) & mask
        }
        marks[gap] = 0
        // The memory of a large crowd is given back when it is gone.
        if count == 0, marks.count > 1 << 12 { self = NumberTable() }
    }
}

extension NumberTable: Sendable where Value: Sendable {}
