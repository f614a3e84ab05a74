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

    struct State {
        var handlers: [UInt64: @Sendable () -> Void] = [:]
        var lastToken: UInt64 = 0
        var timers = DeadlineHeap<@Sendable () -> Void>()
        /// Until when the thread sleeps; an earlier timer has to wake it.
        var sleepsUntil: Deadline?
        var isSleeping = false
        var isEnding = false
    }

    let set: Descriptor
    private let alarm: Descriptor
    let state = Mutex(State())
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

    /// Makes the companion look again whether it has something to do.
    package func rouse() {
        if state.withLock({ $0.isSleeping }) { wake() }
    }

    /// Ends the thread, as soon as it has done what it is doing, and forgets all handlers.
    package func end() {
        state.withLock { $0.isEnding = true }
        wake()
    }

    func wake() {
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
