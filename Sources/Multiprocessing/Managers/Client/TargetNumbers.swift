/// A client's numbers for the names of methods.
struct TargetNumbers {
    private var numbers: [String: UInt32] = [:]
    /// The last few that were asked for: a name is long, and is usually the same piece of memory again.
    private var recent: [(name: String, number: UInt32)] = []
    private var oldest = 0
    private static let recentLimit = 4

    init() {}

    /// The number of a name, if it was asked for not long ago.
    func recent(_ name: String) -> UInt32? {
        for entry in recent where entry.name == name { return entry.number }
        return nil
    }

    /// The number of a name, and whether it is new.
    mutating func number(_ name: String) -> (number: UInt32, isNew: Bool) {
        if let number = recent(name) { return (number, false) }
        let known = numbers[name]
        let number = known ?? UInt32(numbers.count)
        if known == nil { numbers[name] = number }
        if recent.count < Self.recentLimit {
            recent.append((name, number))
        } else {
            recent[oldest] = (name, number)
            oldest = (oldest + 1) % Self.recentLimit
        }
        return (number, known == nil)
    }
}
