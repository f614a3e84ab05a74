/// Keys with values, in the order in which the keys came.
struct OrderedEntries<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// All keys with their values, in no order; to look at and to change one costs one search.
    private(set) var table: [Key: Value] = [:]
    /// The keys in order; nil where a key was taken out.
    private var order: [Key?] = []
    private var places: [Key: Int] = [:]

    init() {}

    /// Of equal keys the first says the place, and the last the value.
    init(_ elements: some Sequence<(key: Key, value: Value)>) {
        for (key, value) in elements { self[key] = value }
    }

    var count: Int { table.count }

    subscript(key: Key) -> Value? {
        get { table[key] }
        set {
            if let newValue {
                if table.updateValue(newValue, forKey: key) == nil {
                    places[key] = order.count
                    order.append(key)
                }
            } else if let place = places.removeValue(forKey: key) {
                table[key] = nil
                order[place] = nil
                compact()
            }
        }
    }

    /// Gives keys values, in order, as many of both.
    ///
    /// One function for all of them, because it finds its types once and not for each.
    mutating func set(_ keys: ArraySlice<Key>, _ values: ArraySlice<Value>) {
        var index = values.startIndex
        for key in keys {
            let before = table.updateValue(values[index], forKey: key)
            index += 1
            if before == nil {
                places[key] = order.count
                order.append(key)
            }
        }
    }

    var keys: [Key] { order.compactMap { $0 } }

    var values: [Value] { order.compactMap { $0.flatMap { table[$0] } } }

    var elements: [(key: Key, value: Value)] {
        order.compactMap { key in key.flatMap { key in table[key].map { (key, $0) } } }
    }

    /// The key that came last.
    var lastKey: Key? { order.last(where: { $0 != nil }) ?? nil }

    private mutating func compact() {
        while let last = order.last, last == nil { order.removeLast() }
        guard order.count > 32, order.count > 2 * places.count else { return }
        order = order.filter { $0 != nil }
        for (place, key) in order.enumerated() {
            if let key { places[key] = place }
        }
    }
}
