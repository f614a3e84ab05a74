import MultiprocessingCore

/// When somebody looks whether what a worker runs has run too long.
///
/// Limits may be long and tasks short, so there is no look for each task: a look finds out when the next one is due.
struct TimeWatch {
    /// The looks that are arranged, the earliest last.
    private(set) var looks: [Deadline] = []

    /// There has to be a look at this moment or earlier; true when it has to be arranged.
    mutating func needsLook(at moment: Deadline) -> Bool {
        if let earliest = looks.last, earliest <= moment { return false }
        looks.append(moment)
        return true
    }

    /// The look that was arranged for this moment takes place.
    mutating func looked(at moment: Deadline) {
        looks.removeAll { $0 == moment }
    }
}
