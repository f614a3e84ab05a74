import Synchronization

/// Definitions that no call needs any more, until the workers that know them have been told.
final class RetiredDefinitions: Sendable {
    private let ids = Mutex<[UInt64]>([])

    func append(_ id: UInt64) {
        ids.withLock { $0.append(id) }
    }

    /// Hands the identifiers out, once.
    func take() -> [UInt64] {
        ids.withLock { ids in
            guard !ids.isEmpty else { return [] }
            defer { ids = [] }
            return ids
        }
    }
}
