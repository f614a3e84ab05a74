import MultiprocessingCore
import Synchronization

/// The logger's settings, and the way of a record from the call that logs to all outputs.
enum LogCenter {
    typealias Handler = @Sendable (ProcessLogger.Record) -> Void

    struct State {
        var level: ProcessLogger.Level?
        var logsToStandardError = false
        var handler: Handler?
        /// Those of the consumers of `ProcessLogger.records()`.
        var queues: [ObjectIdentifier: LogQueue] = [:]
        /// In a child: the way to the process that collects.
        var uplink: LogUplink?
        /// Where children send their records; made with the first child that has somebody to send them to.
        var collector: LogCollector?

        /// Whether somebody here wants the records of the children.
        var isCollecting: Bool { handler != nil || !queues.isEmpty }

        /// The weight that a message needs to be shown.
        var threshold: UInt8 {
            guard let level, logsToStandardError || isCollecting || uplink != nil else { return .max }
            return level.weight
        }
    }

    private static let state = GlobalMutex(State())
    /// The threshold of the state, for those who need nothing else of it.
    private static let gate = Atomic<UInt8>(.max)

    static var level: ProcessLogger.Level? { state.withLock { $0.level } }

    static var logsToStandardError: Bool { state.withLock { $0.logsToStandardError } }

    /// Whether a message of this level goes anywhere.
    static func shows(_ level: ProcessLogger.Level) -> Bool { level.weight >= gate.load(ordering: .relaxed) }

    /// Changes the settings.
    ///
    /// What is taken out of them is returned, so that it ends outside the lock.
    @discardableResult
    static func change<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result {
        state.withLock { state in
            // Inside the lock, so that the later of two changes has the last word.
            defer { gate.store(state.threshold, ordering: .relaxed) }
            return body(&state)
        }
    }

    /// Takes a record of this process to all outputs.
    static func publish(_ record: ProcessLogger.Record) {
        let state = state.withLock { $0 }
        // A record that cannot be sent in time is not lost: it is shown here.
        let isSent = state.uplink?.send(record) ?? true
        if state.logsToStandardError || !isSent { StandardError.write("\(record)\n") }
        for queue in state.queues.values { queue.append(record) }
        state.handler?(record)
    }

    // MARK: Children

    /// Where the children that are started now send their records; nil when nobody wants them.
    ///
    /// - Throws: when there is no room for the descriptors.
    static func entranceForChildren() throws(SystemError) -> SharedDescriptor? {
        try state.withLock { state throws(SystemError) in
            // The records of a family come together in one place: the uppermost process that collects.
            if let uplink = state.uplink { return uplink.socket }
            guard state.isCollecting else { return nil }
            if let collector = state.collector { return collector.entrance }
            let collector = try LogCollector()
            state.collector = collector
            return collector.entrance
        }
    }

    /// Gives a child's record to those who iterate, and returns the handler that gets it as well.
    static func spread(_ record: ProcessLogger.Record) -> Handler? {
        let (queues, handler) = state.withLock { ($0.queues, $0.handler) }
        for queue in queues.values { queue.append(record) }
        return handler
    }

    /// Takes in what children have sent so far; called on the poller's thread, before a child's end is told.
    static func takeWaiting() {
        state.withLock { $0.collector }?.takeWaiting()
    }
}

extension ProcessLogger.Record {
    /// A record of this process and moment.
    init(_ level: ProcessLogger.Level, _ message: String, fileID: String, function: String, line: UInt) {
        self.init(
            time: WallClock.now, level: level, message: message, metadata: ProcessLogger.metadata,
            process: ChildProcess.current, fileID: fileID, function: function, line: line)
    }
}
