import MultiprocessingCore

/// The names that this process is to remove, each for one of its handles.
enum OwnedNames {
    private struct Entry {
        let name: SegmentName
        let removal: Finalizer
    }

    private static let entries = GlobalMutex<[SharedObject.ID: Entry]>([:])

    /// The names that are this process's at the moment, and not those of one that it is a copy of.
    static var all: Set<SegmentName> {
        let entries = entries.withLock { $0.values.map(\.self) }
        return Set(entries.filter(\.removal.isPending).map(\.name))
    }

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
        let entry = Entry(name: segment.name, removal: removal)
        let earlier = entries.withLock { $0.updateValue(entry, forKey: id) }
        earlier?.removal.cancel()
        return removal
    }

    /// The name is not this process's to remove any more.
    static func giveUp(_ segment: NamedSegment, _ removal: Finalizer?) {
        guard let removal, removal.isPending else { return }
        removal.cancel()
        forget(segment.id)
    }

    private static func forget(_ id: SharedObject.ID) {
        _ = entries.withLock { $0.removeValue(forKey: id) }
    }
}
