import MultiprocessingCore

/// What one process has of a semaphore.
final class SemaphoreStorage: SharedStorage {
    static let kind: UInt64 = 3
    static let title = "a SharedSemaphore"
    static let stateSize = SemaphoreState.size

    let object: SharedObject
    let state: SemaphoreState
    private let line: WaitLine<Void>

    init(_ object: SharedObject) {
        self.object = object
        let state = SemaphoreState(object.memory, at: SharedObject.start)
        self.state = state
        line = WaitLine(.changes(of: state.changes) { state.value > 0 })
    }

    func tryAcquire() -> Bool {
        line.isEmpty && state.acquire(as: .current)
    }

    nonisolated(nonsending) func acquire(timeout: Duration?) async throws -> Bool {
        let state = state
        return try await line.wait(timeout: timeout) { Self.attempt(state, $0) } != nil
    }

    func acquireBlocking(timeout: Duration?) -> Bool {
        line.waitBlocking(timeout: timeout) { Self.attempt(state, $0) } != nil
    }

    /// Takes a permit, after those of processes that have ended have come back if this is the moment for it.
    private static func attempt(_ state: SemaphoreState, _ occasion: WaitOccasion) -> Void? {
        if state.acquire(as: .current) { return () }
        guard occasion == .tick, state.settle() > 0 else { return nil }
        return state.acquire(as: .current) ? () : nil
    }

    func release() -> Bool {
        guard state.release(as: .current) == .released else { return false }
        line.changed()
        return true
    }

    func forgetWaiters() { line.forget() }
}
