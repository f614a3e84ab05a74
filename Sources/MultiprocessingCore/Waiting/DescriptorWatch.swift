import Glibc
import Synchronization

/// A watch of a descriptor that belongs to somebody else, who may watch it as well.
package final class DescriptorWatch: Sendable {
    private struct State {
        var watch: Poller.Watch?
        var isOver = false
    }

    /// A second number for the same file: the poller takes each number once only.
    private let copy: SharedDescriptor
    private let state = Mutex(State())

    /// Calls the handler once, on the poller's thread, when there is something to read, or space to write, or the
    /// other end is gone.
    ///
    /// - Throws: EBADF for a number that is not open.
    package init(
        _ raw: Int32, for interest: Poller.Interest = .reading, _ handler: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        copy = try SharedDescriptor(duplicating: raw)
        do {
            let watch = try Poller.obtain().watch(copy.raw, for: interest) { [weak self] in
                self?.cancel()
                handler()
            }
            let isOver = state.withLock { state in
                state.watch = watch
                return state.isOver
            }
            if isOver { cancel() }
        } catch  where error.code == EPERM {
            // A file of a kind that never lets anyone wait is always ready.
            Poller.shared.schedule(at: .now, handler)
        }
    }

    deinit { cancel() }

    /// Ends the watch; a handler that runs already goes on.
    package func cancel() {
        let watch = state.withLock { state in
            state.isOver = true
            return state.watch.take()
        }
        if let watch { Poller.shared.unwatch(watch) }
    }

    /// Whether a descriptor has something to read, or its other end is gone.
    package static func isReady(_ raw: Int32) throws(SystemError) -> Bool {
        var item = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        while true {
            let ready = unsafe poll(&item, 1, 0)
            if ready >= 0 {
                if item.revents & Int16(POLLNVAL) != 0 {
                    throw SystemError(code: EBADF, call: "poll(\(raw))")
                }
                return ready > 0
            }
            guard errno == EINTR else { throw .last("poll") }
        }
    }
}
