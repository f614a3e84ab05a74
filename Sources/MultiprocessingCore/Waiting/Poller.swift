import CMultiprocessing
import Glibc
import Synchronization

/// The one thread that waits for everything: descriptors that become readable, and moments that come.
///
/// Handlers run on its thread, one after another, and must not block. A server may have a poller of its own, which has
/// a companion and may be ended.
package final class Poller: Sendable {
    /// What else a poller's thread does.
    package struct Companion: Sendable {
        /// Does what there is to do, before the thread sleeps.
        let work: @Sendable () -> Void
        /// Whether there is something to do after all.
        let hasWork: @Sendable () -> Bool

        package init(work: @escaping @Sendable () -> Void, hasWork: @escaping @Sendable () -> Bool) {
            self.work = work
            self.hasWork = hasWork
        }
    }

    /// A descriptor that is being watched.
    package struct Watch: Hashable, Sendable {
        fileprivate let descriptor: Int32
        fileprivate let token: UInt64
    }

    /// What a descriptor is watched for.
    package enum Interest: Sendable {
        /// Bytes to read, or the other end is gone.
        case reading
        /// Space to write, or the other end is gone.
        case writing
    }

    /// Something that will happen at a moment.
    package struct Timer: Hashable, Sendable {
        fileprivate let id: UInt64
    }

    private struct State {
        var handlers: [UInt64: @Sendable () -> Void] = [:]
        var lastToken: UInt64 = 0
        var timers = DeadlineHeap<@Sendable () -> Void>()
        /// Until when the thread sleeps; an earlier timer has to wake it.
        var sleepsUntil: Deadline?
        var isSleeping = false
        var isEnding = false
    }

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

    private let set: Descriptor
    private let alarm: Descriptor
    private let state = Mutex(State())
    private static let alarmToken: UInt64 = 0
    private let companion: Companion?

    /// Starts a poller.
    ///
    /// - Parameters:
    ///   - name: that of its thread.
    ///   - stackBytes: nil for the system's default.
    ///   - companion: what else the thread does.
    /// - Throws: when there is no room for its two descriptors or its thread.
    package init(
        named name: String = "mp-sentinels", stackBytes: Int? = 1 << 19, companion: Companion? = nil
    ) throws(SystemError) {
        self.companion = companion
        let set = mp_watch_set()
        guard set >= 0 else { throw .last("epoll_create1") }
        self.set = Descriptor(adopting: set)
        let alarm = mp_event_descriptor()
        guard alarm >= 0 else { throw .last("eventfd") }
        self.alarm = Descriptor(adopting: alarm)
        guard mp_watch_add(self.set.raw, self.alarm.raw, Self.alarmToken) == 0 else {
            throw .last("epoll_ctl")
        }
        try OSThread.start(named: name, stackBytes: stackBytes) { [self] in run() }
    }

    // MARK: Descriptors

    /// Calls the handler whenever the descriptor has bytes to read, or space to write, or its other end is gone.
    package func watch(
        _ descriptor: Int32, for interest: Interest = .reading, _ handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Watch {
        let token = add(handler)
        let result =
            switch interest {
            case .reading: mp_watch_add(set.raw, descriptor, token)
            case .writing: mp_watch_add_writing(set.raw, descriptor, token)
            }
        guard result == 0 else { throw failed(token) }
        return Watch(descriptor: descriptor, token: token)
    }

    /// Ends a watch; call it before the descriptor is closed.
    ///
    /// A handler that runs already goes on.
    package func unwatch(_ watch: Watch) {
        let handler = state.withLock { $0.handlers.removeValue(forKey: watch.token) }
        if handler != nil { mp_watch_remove(set.raw, watch.descriptor) }
    }

    /// Takes a descriptor in, armed for its first time; the handler may be called without a reason.
    package func register(
        _ descriptor: Int32, reading: Bool, writing: Bool, _ handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Watch {
        let token = add(handler)
        guard mp_watch_register(set.raw, descriptor, token, reading ? 1 : 0, writing ? 1 : 0) == 0 else {
            throw failed(token)
        }
        return Watch(descriptor: descriptor, token: token)
    }

    /// Calls the handler of a registered descriptor once, at the next thing that happens to it.
    package func arm(_ watch: Watch, reading: Bool, writing: Bool) throws(SystemError) {
        guard mp_watch_arm(set.raw, watch.descriptor, watch.token, reading ? 1 : 0, writing ? 1 : 0) == 0
        else {
            throw .last("epoll_ctl")
        }
    }

    private func add(_ handler: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.lastToken += 1
            state.handlers[state.lastToken] = handler
            return state.lastToken
        }
    }

    /// Forgets a handler whose descriptor was not taken.
    private func failed(_ token: UInt64) -> SystemError {
        let error = SystemError.last("epoll_ctl")
        _ = state.withLock { $0.handlers.removeValue(forKey: token) }
        return error
    }

    // MARK: Moments

    /// Calls the handler once, at this moment or a little later.
    @discardableResult
    package func schedule(at deadline: Deadline, _ handler: @escaping @Sendable () -> Void) -> Timer {
        let (id, mustWake) = state.withLock { state in
            let id = state.timers.add(handler, at: deadline)
            let isEarlier = state.sleepsUntil.map { deadline < $0 } ?? true
            return (id, state.isSleeping && isEarlier)
        }
        if mustWake { wake() }
        return Timer(id: id)
    }

    /// Takes a timer back.
    ///
    /// A handler that runs already goes on.
    package func cancel(_ timer: Timer) {
        // The handler ends after the lock, because whatever it holds may end with it.
        _ = state.withLock { $0.timers.cancel(timer.id) }
    }

    // MARK: The thread

    /// Makes the companion look again whether it has something to do.
    package func rouse() {
        if state.withLock({ $0.isSleeping }) { wake() }
    }

    /// Ends the thread, as soon as it has done what it is doing, and forgets all handlers.
    package func end() {
        state.withLock { $0.isEnding = true }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        // A full counter means that the thread is being woken anyway.
        _ = unsafe write(alarm.raw, &one, 8)
    }

    private func run() {
        var tokens = [UInt64](repeating: 0, count: 64)
        while !state.withLock({ $0.isEnding }) {
            companion?.work()
            var limit = prepareToSleep()
            // Whoever brings work later sees that the thread sleeps, and wakes it.
            if companion?.hasWork() == true { limit = 0 }
            let found = unsafe mp_watch_wait(set.raw, &tokens, Int32(tokens.count), limit)
            state.withLock { $0.isSleeping = false }
            // A signal (EINTR) is a reason to look at the clock like any other.
            for token in tokens.prefix(Int(max(0, found))) {
                if token == Self.alarmToken {
                    var count: UInt64 = 0
                    _ = unsafe read(alarm.raw, &count, 8)
                } else if let handler = state.withLock({ $0.handlers[token] }) {
                    handler()
                }
            }
            for handler in state.withLock({ $0.timers.due(at: .now) }) { handler() }
        }
        // Let go of outside the lock, because whatever they hold may end with them.
        _ = state.withLock { state in
            defer { state.handlers = [:] }
            return state.handlers
        }
    }

    /// Milliseconds to sleep for; from now on an earlier timer wakes the thread.
    private func prepareToSleep() -> Int32 {
        state.withLock { state in
            state.sleepsUntil = state.timers.earliest
            state.isSleeping = true
            return state.sleepsUntil?.millisecondsLeft ?? -1
        }
    }
}
