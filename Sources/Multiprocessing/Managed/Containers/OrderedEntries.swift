/// Keys with values, in the order in which the keys came.
struct OrderedEntries<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// Nil where a key was taken out.
    private var entries: [(key: Key, value: Value)?] = []
    private var places: [Key: Int] = [:]

    init() {}

    /// Of equal keys the first says the place, and the last the value.
    init(_ elements: some Sequence<(key: Key, value: Value)>) {
        for (key, value) in elements { self[key] = value }
    }

    var count: Int { places.count }

    subscript(key: Key) -> Value? {
        get { places[key].flatMap { entries[$0]?.value } }
        set {
            switch (places[key], newValue) {
            case (let place?, let value?): entries[place] = (key, value)
            case (nil, let value?):
                places[key] = entries.count
                entries.append((key, value))
            case (let place?, nil):
                places[key] = nil
                entries[place] = nil
                compact()
            case (nil, nil): break
            }
        }
    }

    var keys: [Key] { entries.compactMap { $0?.key } }

    var values: [Value] { entries.compactMap { $0?.value } }

    var elements: [(key: Key, value: Value)] { entries.compactMap { $0 } }

    /// The key that came last.
    var lastKey: Key? { entries.last(where: { $0 != nil })??.key }

    private mutating func compact() {
        while let last = entries.last, last == nil { entries.removeLast() }
        guard entries.count > 32, entries.count > 2 * places.count else { return }
        entries = entries.filter { $0 != nil }
        for (place, entry) in entries.enumerated() {
            if let entry { places[entry.key] = place }
        }
    }
}
