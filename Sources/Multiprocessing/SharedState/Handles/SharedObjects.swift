import MultiprocessingCore

/// The shared objects that this process has handles of.
enum SharedObjects {
    private struct Entry {
        weak var storage: (any SharedStorage)?
    }

    private static let entries = GlobalMutex<[SharedObject.ID: Entry]>([:])

    /// What the process has of an object; nil if there is nothing yet.
    static func find<Storage: SharedStorage>(_ id: SharedObject.ID, as type: Storage.Type) -> Storage? {
        entries.withLock { $0[id]?.storage } as? Storage
    }

    /// Keeps a storage findable for as long as somebody holds it.
    ///
    /// - Returns: the one to use: if two came at the same time, the first.
    static func add<Storage: SharedStorage>(_ storage: Storage) -> Storage {
        let used = entries.withLock { entries -> (any SharedStorage) in
            if let known = entries[storage.object.id]?.storage { return known }
            if entries.isEmpty { ForkedChild.atBegin(forgetWaiters) }
            // Entries whose storages have ended go when as many have come since.
            if entries.count == entries.capacity { entries = entries.filter { $0.value.storage != nil } }
            entries[storage.object.id] = Entry(storage: storage)
            return storage
        }
        return used as? Storage ?? storage
    }

    /// In a forked copy of the process, before anything else runs there.
    @Sendable private static func forgetWaiters() {
        for storage in entries.withLock({ $0.values.compactMap(\.storage) }) { storage.forgetWaiters() }
    }
}
