import Synchronization

extension Poller {
    private static let current = GlobalMutex<Poller?>(nil)

    /// The poller of this process, made when it is first asked for.
    ///
    /// - Throws: when there is no room for its two descriptors or its thread; a later call may succeed.
    package static func obtain() throws(SystemError) -> Poller {
        try current.withLock { current throws(SystemError) in
            if let current { return current }
            let fresh = try Poller()
            current = fresh
            return fresh
        }
    }

    /// In a forked copy, which lacks the poller's thread: the next one to ask gets a poller of the copy's own.
    static func forget() {
        // Kept, with all that its handlers hold: that belongs to the process which was copied.
        current.withLock { current in
            if let current { _ = unsafe Unmanaged.passRetained(current) }
            current = nil
        }
    }

    /// The poller, for those who have no one to tell that there is none.
    ///
    /// Whoever starts something obtains it first, so it is there when something has been started.
    package static var shared: Poller {
        do {
            return try obtain()
        } catch {
            fatalError("nothing can be waited for: \(error)")
        }
    }

    /// False in a forked copy of the process that made it.
    var isCurrent: Bool { Self.current.withLock { $0 === self } }
}
