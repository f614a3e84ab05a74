import MultiprocessingCore

/// The names that this process is to remove, each for one of its handles.
enum OwnedNames {
    private static let removals = GlobalMutex<[SharedObject.ID: Finalizer]>([:])

    /// What removes the name of a segment that this process owns, when a handle ends, or else the process.
    ///
    /// The process's children have ended by then. A handle that was to do it before does not any more.
    static func add(_ segment: NamedSegment) -> Finalizer {
        let id = segment.id
        let removal = Finalizer(priority: .min) {
            forget(id)
            // A name that cannot be removed, or was removed by hand, is nobody's concern at the end.
            _ = try? segment.unlinkIfOwned()
        }
        let earlier = removals.withLock { $0.updateValue(removal, forKey: id) }
        earlier?.cancel()
        return removal
    }

    private static func forget(_ id: SharedObject.ID) {
        _ = removals.withLock { $0.removeValue(forKey: id) }
    }
}
