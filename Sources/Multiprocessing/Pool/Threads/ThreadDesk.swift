import Synchronization

/// What a worker that is a thread of the pool's process has beside its rings: the errors that it hands over as they
/// are, and whether the pool has given it up.
final class ThreadDesk: Sendable {
    private struct State {
        var errors = FIFO<any Error>()
        var isAbandoned = false
    }

    /// How many pools and processes are above the tasks of this worker.
    let depth: Int
    private let state = Mutex(State())

    init(depth: Int) {
        self.depth = depth
    }

    /// Whether the pool has given the thread up.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    /// Gives the thread up; false when it was before.
    func abandon() -> Bool {
        state.withLock { state in
            defer { state.isAbandoned = true }
            return !state.isAbandoned
        }
    }

    /// Begins something, unless the thread was given up: what the pool sees as not begun then never begins.
    func begin(_ body: () -> Bool) -> Bool {
        state.withLock { state in !state.isAbandoned && body() }
    }

    /// Puts an error there, before the message that speaks of it.
    func put(_ error: any Error) {
        state.withLock { $0.errors.append(error) }
    }

    /// The error that the next message speaks of.
    func takeError() -> (any Error)? {
        state.withLock { $0.errors.popFirst() }
    }
}
