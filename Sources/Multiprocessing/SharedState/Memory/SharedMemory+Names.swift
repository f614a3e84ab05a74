import MultiprocessingCore
import Synchronization

extension SharedMemory {
    /// Makes memory that has a name, and that belongs to this process.
    ///
    /// - Parameters:
    ///   - name: one that no other memory of this machine has, of at most 247 bytes and without `/`; nil makes one that
    ///     nobody can guess. The file behind it is `/dev/shm/swiftmp-NAME`, and only this user may open it.
    ///   - count: bytes, at least one.
    ///   - initialize: writes the first content. Nobody else sees the memory before that is complete; if it throws,
    ///     there is no memory and no name.
    /// - Throws: what the body throws; a ``MultiprocessingError``: `alreadyExists` for a name that is taken,
    ///   `invalidArgument` for one that cannot be, or for a count below one, `noResources` when there is no room.
    public convenience init(
        creating name: String? = nil, count: Int,
        initializing initialize: (inout MutableRawSpan) throws -> Void = { _ in }
    ) throws {
        try Self.check(count)
        if Self.cleaning.contains(.atCreation) { Self.removeAbandoned() }
        var given = try name.map(Self.checked)
        var attempts = 0
        let (segment, memory) = try Self.explained("shared memory of \(count) bytes could not be made", name)
        {
            try SegmentFolder.shared.create(count: count) {
                attempts += 1
                // A name that was given is the only one.
                guard name == nil else { return given.take() }
                return attempts <= 100 ? .random() : nil
            } prepare: {
                try MemoryRegion($0, count: count).withMutableBytes(initialize)
            }
        }
        self.init(segment, memory, isOwner: true)
    }

    /// Uses memory that another process made, by its name.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - expected: how many bytes it has to have at least; nil for any number.
    /// - Throws: a ``MultiprocessingError``: `notFound` when there is no such memory, or not any more;
    ///   `invalidArgument` for a name that cannot be, for one that stands for something else or belongs to another user,
    ///   and for memory that is smaller than expected.
    public convenience init(attaching name: String, expecting expected: Int? = nil) throws {
        if Self.cleaning.contains(.atAttaching) { Self.removeAbandoned() }
        let checked = try Self.checked(name)
        let (segment, memory) = try Self.explained("the shared memory '\(name)' could not be opened", name) {
            try SegmentFolder.shared.open(checked)
        }
        if let expected, segment.count < expected {
            throw MultiprocessingError(
                .invalidArgument,
                "the shared memory '\(name)' has \(segment.count) bytes, and \(expected) were expected")
        }
        self.init(segment, memory, isOwner: false)
    }

    /// The name; nil for memory without one.
    public var name: String? { segment?.name.text }

    /// Removes the name at once; Python's `unlink()`.
    ///
    /// The memory itself stays for those who use it. Any process may do this, and also after `close()`.
    ///
    /// - Throws: a ``MultiprocessingError``: `notFound` when the name was removed before, `invalidArgument` for memory
    ///   without a name.
    public func unlink() throws {
        let segment = try named("removed")
        try Self.explained("the name of \(title) could not be removed", name) { try segment.unlink() }
        OwnedNames.giveUp(segment, state.withLock { $0.removal.take() })
    }

    /// Removes a name at once, whatever is behind it.
    ///
    /// - Parameter name: the name of shared memory, which may be damaged.
    /// - Throws: a ``MultiprocessingError``: `notFound` when there is no such name, `invalidArgument` for one that
    ///   cannot be.
    public static func unlink(_ name: String) throws {
        let checked = try checked(name)
        try explained("the name '\(name)' could not be removed", name) {
            try SegmentFolder.shared.remove(checked)
        }
    }

    // MARK: Ownership

    /// Whether the name is removed when this handle ends.
    public var isOwner: Bool {
        guard let removal = state.withLock({ $0.removal }), removal.isPending else { return false }
        return segment?.isOwned ?? false
    }

    /// From now on the name stays until somebody takes it over, or removes it with `unlink()`.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `notHeld` when this handle is not the owner.
    public func giveUpOwnership() throws {
        guard isOwner, let segment, segment.giveUpOwnership() else {
            throw MultiprocessingError(.notHeld, "this handle of \(title) does not own it")
        }
        OwnedNames.giveUp(segment, state.withLock { $0.removal.take() })
    }

    /// From now on the name is removed when this handle ends, and not when any other does.
    ///
    /// - Throws: a ``MultiprocessingError``: `notFound` when the name was removed, `invalidArgument` for memory without a
    ///   name or of another container, `closed` for a closed handle.
    public func takeOwnership() throws {
        _ = try contents
        let segment = try named("owned")
        try Self.explained("\(title) could not be taken over", name) { try segment.takeOwnership() }
        state.withLock { $0.removal = OwnedNames.add(segment) }
    }

    private func named(_ use: String) throws -> NamedSegment {
        guard let segment else {
            throw MultiprocessingError(.invalidArgument, "shared memory without a name cannot be \(use)")
        }
        return segment
    }

    static func checked(_ name: String) throws -> SegmentName {
        guard let checked = SegmentName(name) else {
            throw MultiprocessingError(
                .invalidArgument,
                "'\(name.prefix(300))' cannot name shared memory: that takes 1 to \(SegmentName.maximumLength) bytes, "
                    + "of which none is zero or '/'")
        }
        return checked
    }

    /// Runs the body, and says in users' words why it could not do what it had to.
    static func explained<Result>(_ failure: String, _ name: String?, _ body: () throws -> Result) throws
        -> Result
    {
        do {
            return try body()
        } catch let error as SegmentError {
            throw MultiprocessingError(error, failure, name: name ?? "")
        } catch let error as SystemError {
            throw MultiprocessingError(.noResources, failure, cause: error)
        }
    }
}

extension MultiprocessingError {
    init(_ error: SegmentError, _ failure: String, name: String) {
        switch error {
        case .notFound:
            self.init(.notFound, "\(failure): there is no shared memory '\(name)', or not any more")
        case .taken: self.init(.alreadyExists, "\(failure): the name '\(name)' is taken")
        case .foreign(let reason): self.init(.invalidArgument, "\(failure): \(reason)")
        case .system(let error): self.init(.noResources, failure, cause: error)
        }
    }
}
