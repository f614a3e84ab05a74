/// Which workers have how much to do: finds the least and the most loaded one without looking at all.
struct LoadTable {
    /// Seats by their load; the last of a row is the one that was moved there last.
    private var rows: [[Int]]
    /// One bit for each row that is not empty.
    private var filled: UInt64 = 0
    /// For each seat its row and place; nil while it takes no work.
    private var places: [(row: Int, index: Int)?]

    init(seats: Int, maximum: Int) {
        precondition(maximum < 64, "there is a bit for each load")
        rows = Array(repeating: [], count: maximum + 1)
        places = Array(repeating: nil, count: seats)
    }

    /// Makes room for one more seat, which takes no work yet.
    mutating func addSeat() {
        places.append(nil)
    }

    /// The load of a seat; nil while it takes no work.
    func load(of seat: Int) -> Int? { places[seat]?.row }

    /// Sets the load of a seat, or takes it out with nil.
    mutating func set(_ seat: Int, to load: Int?) {
        if let place = places[seat] {
            let last = rows[place.row].removeLast()
            if last != seat {
                rows[place.row][place.index] = last
                places[last] = place
            }
            if rows[place.row].isEmpty { filled &= ~(1 << UInt64(place.row)) }
        }
        places[seat] = load.map { load in
            rows[load].append(seat)
            filled |= 1 << UInt64(load)
            return (load, rows[load].count - 1)
        }
    }

    /// A seat with the smallest load below `limit`: of several the one that was changed last, which is warm.
    func least(below limit: Int) -> Int? {
        let low = filled & ((1 << UInt64(limit)) &- 1)
        return low == 0 ? nil : rows[low.trailingZeroBitCount].last
    }

    /// A seat with the largest load of at least `limit`.
    func most(atLeast limit: Int) -> Int? {
        let high = (filled >> UInt64(limit)) << UInt64(limit)
        return high == 0 ? nil : rows[63 - high.leadingZeroBitCount].last
    }
}
