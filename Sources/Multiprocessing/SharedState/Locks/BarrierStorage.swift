import MultiprocessingCore
import Synchronization

/// What one process has of a barrier.
final class BarrierStorage: SharedStorage {
    static let kind: UInt64 = 6
    static let title = "a SharedBarrier"
    static let stateSize = BarrierState.size

    let object: SharedObject
    let state: BarrierState
    /// Those whose party has arrived, and those who wait until the generation before has gone.
    private let line: WaitLine<BarrierState.Outcome>
    private let entrance: WaitLine<BarrierState.Arrival>
    /// Takes this process out when it ends by itself; made with its first wait.
    ///
    /// In a box, so that a forked copy of the process can begin with an empty one.
    private final class Farewell: Sendable {
        let finalizer = Mutex<Finalizer?>(nil)
    }

    /// Replaced only in a forked copy, which leaves by itself, before anything else runs there.
    private nonisolated(unsafe) var farewell = Farewell()

    init(_ object: SharedObject) {
        self.object = object
        let state = BarrierState(object.memory, at: SharedObject.start)
        self.state = state
        line = WaitLine(.changes(of: state.changes) { true })
        entrance = WaitLine(.changes(of: state.changes) { !state.isBusy })
    }

    deinit {
        farewell.finalizer.withLock { $0 }?.run()
    }

    nonisolated(nonsending) func arrive(until deadline: Deadline?) async throws -> BarrierState.Arrival {
        becomeParty()
        let state = state
        let arrival = try await entrance.wait(timeout: deadline.map(\.timeLeft)) { occasion in
            if occasion == .tick { state.settle() }
            let arrival = state.arrive(as: .current)
            return arrival == .busy ? nil : arrival
        }
        return arrival ?? .busy
    }

    /// Waits for the end of a generation in which this party has arrived.
    nonisolated(nonsending) func wait(_ generation: UInt32, until deadline: Deadline?) async throws {
        let state = state
        let outcome: BarrierState.Outcome
        do {
            let end = try await line.wait(timeout: deadline.map(\.timeLeft)) { occasion in
                if occasion == .tick { state.settle() }
                return state.mayHaveEnded(generation) ? state.outcome(of: generation) : nil
            }
            // A party that does not wait any more can not be waited for by the others.
            outcome = end ?? breakOff(generation)
        } catch {
            if breakOff(generation) == .passed { return }
            throw error
        }
        guard outcome == .passed else { throw Self.broken("while this party waited") }
    }

    func open(_ generation: UInt32) -> Bool {
        defer { changed() }
        return state.open(generation)
    }

    @discardableResult
    func breakOff(_ generation: UInt32) -> BarrierState.Outcome {
        defer { changed() }
        return state.breakOff(generation)
    }

    func abort() {
        state.abort()
        changed()
    }

    func reset() {
        state.reset()
        changed()
    }

    private func changed() {
        line.changed()
        entrance.changed()
    }

    private func becomeParty() {
        farewell.finalizer.withLock { finalizer in
            if finalizer == nil { finalizer = Finalizer { [state] in state.leave(as: .current) } }
        }
    }

    func forgetWaiters() {
        line.forget()
        entrance.forget()
        // Kept: its end would take the process that this one is a copy of out of what runs at its end.
        _ = Unmanaged.passRetained(farewell)
        farewell = Farewell()
    }

    static func broken(_ when: String) -> MultiprocessingError {
        MultiprocessingError(
            .brokenBarrier,
            "the barrier broke \(when): a party was killed, gave up or aborted it; reset() makes it whole again"
        )
    }
}
