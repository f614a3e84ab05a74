import CMultiprocessing
import Synchronization

extension Poller {
    /// A descriptor that is being watched.
    package struct Watch: Hashable, Sendable {
        let descriptor: Int32
        let token: UInt64
    }

    /// What a descriptor is watched for.
    package enum Interest: Sendable {
        /// Bytes to read, or the other end is gone.
        case reading
        /// Space to write, or the other end is gone.
        case writing
    }

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
}
