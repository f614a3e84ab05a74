import Synchronization

/// A descriptor, and those who wait until it can be read or written, one time each.
///
/// A wait costs one call of the kernel, because the poller knows the descriptor from the first one on.
package final class DescriptorInterest: Sendable {
    package enum Direction: Sendable {
        case reading, writing
    }

    /// Somebody who waits.
    package struct Ticket: Hashable, Sendable {
        fileprivate let id: UInt64
    }

    private struct Registration {
        let poller: Poller
        let watch: Poller.Watch
    }

    private struct State {
        var registration: Registration?
        var waiting: [UInt64: (direction: Direction, handler: @Sendable () -> Void)] = [:]
        var lastID: UInt64 = 0
    }

    package let descriptor: SharedDescriptor
    private let state = Mutex(State())

    package init(_ descriptor: SharedDescriptor) {
        self.descriptor = descriptor
    }

    deinit {
        guard let registration = state.withLock({ $0.registration }) else { return }
        // A forked copy leaves the set of the process that was copied alone.
        if registration.poller.isCurrent { registration.poller.unwatch(registration.watch) }
    }

    /// Calls the handler once, on the poller's thread, when the descriptor may have become ready or broken.
    ///
    /// It may also be called for no reason, so whoever waits looks for himself.
    package func await(
        _ direction: Direction, _ handler: @escaping @Sendable () -> Void
    ) throws(SystemError) -> Ticket {
        let poller = try Poller.obtain()
        return try state.withLock { state throws(SystemError) in
            state.lastID += 1
            let id = state.lastID
            state.waiting[id] = (direction, handler)
            let reading = state.waiting.values.contains { $0.direction == .reading }
            let writing = state.waiting.values.contains { $0.direction == .writing }
            do throws(SystemError) {
                if let registration = state.registration, registration.poller === poller {
                    try poller.arm(registration.watch, reading: reading, writing: writing)
                } else {
                    let watch = try poller.register(descriptor.raw, reading: reading, writing: writing) {
                        [weak self] in self?.fire()
                    }
                    state.registration = Registration(poller: poller, watch: watch)
                }
            } catch {
                state.waiting[id] = nil
                throw error
            }
            return Ticket(id: id)
        }
    }

    /// Takes a handler back; one that runs already goes on.
    package func disregard(_ ticket: Ticket) {
        // The handler ends after the lock, because whatever it holds may end with it.
        _ = state.withLock { $0.waiting.removeValue(forKey: ticket.id) }
    }

    /// Calls everyone who waits.
    package func fire() {
        let handlers = state.withLock { state in
            defer { state.waiting.removeAll(keepingCapacity: true) }
            return state.waiting.values.map(\.handler)
        }
        for handler in handlers { handler() }
    }

    /// Whether there is something to read, or the other end is gone.
    package var isReadable: Bool { (try? DescriptorWatch.isReady(descriptor.raw)) ?? true }
}
