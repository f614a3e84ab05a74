import CMultiprocessing
import Glibc

/// Signals that are taken by handlers of this process instead of ending it, for as long as somebody wants them.
package enum SignalRelay {
    /// Somebody's wish to be told of a signal.
    package struct Token: Hashable, Sendable {
        fileprivate let signal: Int32
        fileprivate let id: UInt64
    }

    private struct Relay {
        let event: SharedDescriptor
        let watch: Poller.Watch
        var handlers: [UInt64: @Sendable () -> Void] = [:]
    }

    private struct State {
        var relays: [Int32: Relay] = [:]
        var lastID: UInt64 = 0
    }

    private static let state = GlobalMutex(State())

    /// Calls the handler on the poller's thread whenever the signal comes; several close together may count as one.
    package static func begin(
        _ signal: Int32, _ handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Token {
        try state.withLock { state throws(SystemError) in
            state.lastID += 1
            if state.relays[signal] == nil { state.relays[signal] = try install(signal) }
            state.relays[signal]?.handlers[state.lastID] = handler
            return Token(signal: signal, id: state.lastID)
        }
    }

    /// Ends a wish; with the last one the signal has its earlier effect again.
    package static func end(_ token: Token) {
        let last = state.withLock { state -> Relay? in
            state.relays[token.signal]?.handlers[token.id] = nil
            guard let relay = state.relays[token.signal], relay.handlers.isEmpty else { return nil }
            mp_restore_signal(token.signal)
            return state.relays.removeValue(forKey: token.signal)
        }
        if let last { Poller.shared.unwatch(last.watch) }
    }

    private static func install(_ signal: Int32) throws(SystemError) -> Relay {
        let raw = mp_event_descriptor()
        guard raw >= 0 else { throw .last("eventfd") }
        let event = SharedDescriptor(Descriptor(adopting: raw))
        let watch = try Poller.obtain().watch(event.raw) {
            var count: UInt64 = 0
            _ = unsafe read(event.raw, &count, 8)
            let handlers = state.withLock { $0.relays[signal]?.handlers.values.map(\.self) ?? [] }
            for handler in handlers { handler() }
        }
        guard mp_relay_signal(signal, event.raw) == 0 else {
            let error = SystemError.last("sigaction(\(Signal.name(of: signal)))")
            Poller.shared.unwatch(watch)
            throw error
        }
        return Relay(event: event, watch: watch)
    }
}
