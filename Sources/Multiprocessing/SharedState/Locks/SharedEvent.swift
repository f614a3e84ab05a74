import MultiprocessingCore

/// Something that is set or not, and that tasks of several processes wait for; Python's `multiprocessing.Event`.
///
/// ```swift
/// let isReady = try SharedEvent()
/// let child = ChildProcess(isReady) { isReady in isReady.set() }
/// try await child.start()
/// try await isReady.wait()
/// ```
///
/// It travels to other processes like any value. The death of any process leaves it set or not set, and usable.
public final class SharedEvent: Sendable {
    let storage: EventStorage

    /// Makes an event that is not set.
    ///
    /// - Throws: a ``MultiprocessingError`` when the system has no memory or descriptors left.
    public init() throws {
        storage = try EventStorage.make()
    }

    private init(_ storage: EventStorage) {
        self.storage = storage
    }

    /// Whether it is set; Python's `is_set()`.
    public var isSet: Bool { storage.state.isSet }

    /// Sets it: all who wait go on, and whoever waits later does so at once, until it is cleared.
    public func set() {
        storage.set()
    }

    /// Takes back that it is set; who waits then, waits.
    public func clear() {
        storage.state.clear()
    }

    /// Waits until it is set.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    public nonisolated(nonsending) func wait() async throws {
        _ = try await storage.wait(timeout: nil)
    }

    /// Waits until it is set, up to a limit.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: false when the limit was over first, which is not an error. An event that was set and cleared again
    ///   meanwhile counts as set.
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    @discardableResult
    public nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool {
        try await storage.wait(timeout: timeout)
    }

    /// Blocks the thread until the event is set; for code that is not asynchronous.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less only looks.
    /// - Returns: false when the limit was over first.
    @discardableResult
    public func waitBlocking(timeout: Duration? = nil) -> Bool {
        storage.waitBlocking(timeout: timeout)
    }
}

extension SharedEvent: Codable, CustomStringConvertible {
    /// The event that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        self.init(try EventStorage.decode(from: decoder))
    }

    /// Sends the event along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try storage.encode(to: encoder)
    }

    /// Whether it is set.
    public var description: String { "SharedEvent(\(isSet ? "set" : "unset"))" }
}

/// What one process has of an event.
final class EventStorage: SharedStorage {
    static let kind: UInt64 = 4
    static let title = "a SharedEvent"
    static let stateSize = EventState.size

    let object: SharedObject
    let state: EventState
    private let line: WaitLine<Void>

    init(_ object: SharedObject) {
        self.object = object
        let state = EventState(object.memory, at: SharedObject.start)
        self.state = state
        line = WaitLine(
            WaitPlace(isPromising: { true }) { _ in state.announceSleeper().map { (state.signal, $0) } })
    }

    nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool {
        if state.isSet { return true }
        return try await line.wait(timeout: timeout, attempt()) != nil
    }

    func waitBlocking(timeout: Duration?) -> Bool {
        state.isSet || line.waitBlocking(timeout: timeout, attempt()) != nil
    }

    /// Succeeds once the event is set, or was since now.
    private func attempt() -> WaitLine<Void>.Attempt {
        let count = state.count
        return { [state] _ in state.isSet || state.count != count ? () : nil }
    }

    func set() {
        state.set()
        line.changed()
    }

    /// For those who wait until it is set and stays so until they look.
    var whileSet: WaitPlace {
        WaitPlace(
            isPromising: { [state] in state.isSet },
            announce: { [state] _ in state.announceSleeper().map { (state.signal, $0) } })
    }

    func forgetWaiters() { line.forget() }
}
