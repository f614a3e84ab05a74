import MultiprocessingCore
import Synchronization

/// A call that was sent, or will be sent together with others.
struct StartedCall {
    enum State {
        /// There is no connection yet, so it has still to be made.
        case unconnected
        /// The answer is there.
        case answered
        /// Somebody has looked for the answer, which has not come.
        case lookedFor
        /// There is nothing to do but to sleep until it comes.
        case sleeping
        /// The same, with a limit.
        case limited
    }

    let peer: ManagerPeer
    let id: UInt64
    let state: State

    init(_ peer: ManagerPeer, _ id: UInt64 = 0, _ state: State = .unconnected) {
        self.peer = peer
        self.id = id
        self.state = state
    }

    /// Waits for the answer.
    nonisolated(nonsending) func finish() async -> ManagerReply {
        state == .sleeping ? await peer.sleep(id) : await finishSlowly()
    }

    /// The same for what is not done by many at once, and may keep more.
    private nonisolated(nonsending) func finishSlowly() async -> ManagerReply {
        if state == .answered, let reply = peer.state.withLock({ $0.calls.take(id) }) { return reply }
        let start = Deadline.now.nanoseconds
        let limit = CallLimit.current
        let reply = limit == nil ? await peer.sleep(id) : await peer.sleep(id, until: limit)
        if state == .lookedFor { peer.attention.learn(from: Deadline.now.nanoseconds - start) }
        return reply
    }
}
