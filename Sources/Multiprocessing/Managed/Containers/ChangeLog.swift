/// The last changes of a container, for those who follow them; none are kept before somebody does.
struct ChangeLog<Operation: Codable & Sendable>: Sendable {
    /// A reader that is more changes behind than this is told that it has lost some.
    static var limit: Int { 1024 }
    /// So many at most go with one answer.
    static var pageLimit: Int { 256 }

    /// How often the container has changed.
    private(set) var version: UInt64 = 0
    private var operations = FIFO<Operation>()
    /// Whether changes are kept.
    private(set) var isOn = false

    init() {}

    /// From now on changes are kept.
    mutating func turnOn() {
        isOn = true
    }

    /// So many changes were made while none are kept.
    mutating func skip(_ count: Int) { version += UInt64(count) }

    mutating func record(_ operation: Operation) {
        version += 1
        guard isOn else { return }
        operations.append(operation)
        if operations.count > Self.limit { _ = operations.popFirst() }
    }

    /// The changes after a version.
    func page(after version: UInt64) -> ChangePage<Operation> {
        let behind = Int(clamping: self.version - min(version, self.version))
        let missed = max(0, behind - operations.count)
        let found = operations.elements(from: operations.count - (behind - missed), limit: Self.pageLimit)
        return ChangePage(
            missed: missed, operations: found,
            version: min(version, self.version) + UInt64(missed + found.count))
    }
}

/// Changes that go with one answer.
struct ChangePage<Operation: Codable & Sendable>: Codable, Sendable {
    /// So many were not kept.
    let missed: Int
    let operations: [Operation]
    /// Up to here the reader knows all that it can know.
    let version: UInt64
}
