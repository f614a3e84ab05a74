import MultiprocessingCore

/// What one process has of a condition.
final class ConditionStorage: SharedStorage {
    static let kind: UInt64 = 5
    static let title = "a SharedCondition"
    static let stateSize = ConditionState.size

    let object: SharedObject
    let state: ConditionState
    private let line: WaitLine<Void>

    init(_ object: SharedObject) {
        self.object = object
        let state = ConditionState(object.memory, at: SharedObject.start)
        self.state = state
        line = WaitLine(.changes(of: state.changes) { state.isNotified(.current) })
    }

    /// Becomes a waiter, for whom notifications count from now on; one of the waits below has to follow.
    func enter() throws {
        guard state.enter(as: .current) else {
            throw MultiprocessingError(
                .noResources, "\(ConditionState.seats) other processes wait for the condition already")
        }
    }

    nonisolated(nonsending) func wait(timeout: Duration?) async throws -> Bool {
        let state = state
        do {
            if try await line.wait(timeout: timeout, { Self.attempt(state, $0) }) != nil {
                return true
            }
        } catch {
            // A notification that came at the same time goes to another waiter.
            if state.leave(as: .current) { notify(1) }
            throw error
        }
        return state.leave(as: .current)
    }

    func waitBlocking(timeout: Duration?) -> Bool {
        line.waitBlocking(timeout: timeout) { Self.attempt(state, $0) } != nil
            || state.leave(as: .current)
    }

    private static func attempt(_ state: ConditionState, _ occasion: WaitOccasion) -> Void? {
        if occasion == .tick { state.settle() }
        return state.take(as: .current) ? () : nil
    }

    func notify(_ count: Int) {
        if state.notify(count) > 0 { line.changed() }
    }

    func forgetWaiters() { line.forget() }
}
