import Synchronization

/// Definitions that no call needs any more, until the workers that know them have been told.
final class RetiredDefinitions: Sendable {
    private let ids = Mutex<[UInt64]>([])
    /// So that a look costs no lock.
    private let hasAny = Atomic(false)

    func append(_ id: UInt64) {
        ids.withLock { $0.append(id) }
        hasAny.store(true, ordering: .releasing)
    }

    /// Hands the identifiers out, once.
    func take() -> [UInt64] {
        guard hasAny.load(ordering: .relaxed), hasAny.exchange(false, ordering: .acquiring) else { return [] }
        return ids.withLock { ids in
            defer { ids = [] }
            return ids
        }
    }
}
