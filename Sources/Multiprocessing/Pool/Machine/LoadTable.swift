/// Which workers have how much to do: finds the least and the most loaded one without looking at all.
struct LoadTable {
    /// Seats by their load; the last of a row is the one that was moved there last.
    private var rows: [[Int]]
    /// For each seat its row and place; nil while it takes no work.
    private var places: [(row: Int, index: Int)?]

    init(seats: Int, maximum: Int) {
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
        }
        places[seat] = load.map { load in
            rows[load].append(seat)
            return (load, rows[load].count - 1)
        }
    }

    /// A seat with the smallest load below `limit`: of several the one that was changed last, which is warm.
    func least(below limit: Int) -> Int? {
        for row in rows.prefix(limit) {
            if let seat = row.last { return seat }
        }
        return nil
    }

    /// A seat with the largest load of at least `limit`.
    func most(atLeast limit: Int) -> Int? {
        for row in rows.dropFirst(limit).reversed() {
            if let seat = row.last { return seat }
        }
        return nil
    }
}
