import MultiprocessingCore

extension SharedMemory {
    /// When a process removes the names that processes left which were killed.
    public struct Cleaning: OptionSet, Hashable, Sendable {
        /// The set as bits.
        public let rawValue: Int

        /// Makes a set of bits.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// Before it makes memory that has a name.
        public static let atCreation = Cleaning(rawValue: 1)
        /// Before it looks for memory by a name.
        public static let atAttaching = Cleaning(rawValue: 2)
        /// When one of its children is ended by a signal, before that is known to whoever waits for it.
        public static let afterChildren = Cleaning(rawValue: 4)
        /// When it ends by itself.
        public static let atEnd = Cleaning(rawValue: 8)
        /// At all these times.
        public static let always: Cleaning = [.atCreation, .atAttaching, .afterChildren, .atEnd]
    }

    /// What has become of a name, and of the process that is to remove it.
    public enum Status: Hashable, Sendable {
        /// It belongs to a process that lives.
        case owned(by: Int32)
        /// It stays until somebody takes it over or removes it.
        case unowned
        /// A process that lives is removing it.
        case beingRemoved(by: Int32)
        /// Its owner has ended without removing it.
        case abandoned(by: Int32)
        /// It belongs to a process of another container, which may live or not.
        case elsewhere
        /// It is damaged, or something that is no shared memory of this user's.
        case foreign
        /// There is no such name.
        case absent
    }

    private static let cleaningTimes = GlobalMutex(Cleaning.always)

    /// When this process removes the names that killed processes left; always, unless it is set.
    ///
    /// An empty set is never.
    public static var cleaning: Cleaning {
        get { cleaningTimes.withLock { $0 } }
        set { cleaningTimes.withLock { $0 = newValue } }
    }

    /// Removes the names whose owners were killed, now.
    ///
    /// Memory in which somebody has an interest stays usable for those who use it. Several processes may do this at the
    /// same time: each name is removed by one of them.
    ///
    /// - Returns: the names that this call removed.
    @discardableResult
    public static func removeAbandoned() -> [String] {
        SegmentFolder.shared.removeAbandoned(besides: OwnedNames.all).map(\.text)
    }

    /// The names of shared memory that there are on this machine, in order, those of other users among them.
    public static var names: [String] { SegmentFolder.shared.names().map(\.text) }

    /// What has become of a name.
    ///
    /// - Parameter name: a name of shared memory.
    /// - Returns: the state at the moment; `absent` also for what cannot be a name.
    public static func status(of name: String) -> Status {
        switch SegmentName(name).map(SegmentFolder.shared.life) ?? .absent {
        case .owned(let pid): .owned(by: pid)
        case .unowned: .unowned
        case .beingRemoved(let pid): .beingRemoved(by: pid)
        case .abandoned(let pid): .abandoned(by: pid)
        case .elsewhere: .elsewhere
        case .foreign: .foreign
        case .absent: .absent
        }
    }

    /// A child of this process has ended; removes what it left if it could not do so itself.
    static func childEnded(_ status: MultiprocessingCore.ExitStatus) {
        guard case .signaled = status, cleaning.contains(.afterChildren) else { return }
        removeAbandoned()
    }

    /// This process ends by itself.
    static func processEnds() {
        if cleaning.contains(.atEnd) { removeAbandoned() }
    }
}
