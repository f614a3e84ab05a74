import MultiprocessingCore
import Synchronization

/// The storage of one captured stream: the pipe on one side, readers on the other.
final class OutputStorage: Sendable {
    /// Resumed with a line or the end, or with nil when it gave up.
    private typealias Waiter = CheckedContinuation<OutputLine?, Never>

    private struct State {
        var machine = LineMachine<Waiter>()
        /// Nil before the start and after the end.
        var reader: OutputReader?
        /// Nil as well while readers are behind.
        var watch: Poller.Watch?

        /// Leaves the pipe alone.
        mutating func unwatch() {
            // Under the lock, like the watching, so that one never overtakes the other.
            if let watch = watch.take() { Poller.shared.unwatch(watch) }
        }
    }

    private let state = Mutex(State())

    /// Begins to read what comes out of the pipe.
    func begin(_ reader: OutputReader) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            state.watch = try reader.watch { [self] in drain(reader) }
            state.reader = reader
        }
    }

    /// On the poller's thread: takes what is there, until readers are too far behind.
    private func drain(_ reader: OutputReader) {
        while state.withLock({ $0.watch != nil }) {
            switch reader.read() {
            case .bytes(let bytes):
                let served = state.withLock { state in
                    let served = state.machine.add(bytes)
                    if state.machine.isFull { state.unwatch() }
                    return served
                }
                resume(served)
            case .end: return end()
            case .nothing: return
            }
        }
    }

    /// Nothing more will come, or is wanted.
    func end() {
        let served = state.withLock { state in
            state.unwatch()
            state.reader = nil
            return state.machine.end()
        }
        resume(served)
    }

    private func resume(_ served: [(Waiter, OutputLine)]) {
        for (waiter, line) in served { waiter.resume(returning: line) }
    }

    /// The next line; nil at the end of the output.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; no line is lost by it.
    nonisolated(nonsending) func next() async throws -> String? {
        let id = state.withLock { $0.machine.makeID() }
        let line = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in enter(waiter, id) }
        } onCancel: {
            giveUp(id)
        }
        readOn()
        switch line {
        case .line(let text): return text
        case .end: return nil
        case nil: throw CancellationError()
        }
    }

    private func enter(_ waiter: Waiter, _ id: UInt64) {
        if let line = state.withLock({ $0.machine.take(waiter, id: id) }) {
            waiter.resume(returning: line)
        } else if Task.isCancelled {
            // The handler may have run before there was a reader to take out.
            giveUp(id)
        }
    }

    private func giveUp(_ id: UInt64) {
        state.withLock { $0.machine.remove(id: id) }?.resume(returning: nil)
    }

    /// Goes on with a pipe that was left alone because readers were behind.
    private func readOn() {
        let isLost = state.withLock { state in
            guard let reader = state.reader, state.watch == nil, !state.machine.isFull else { return false }
            state.watch = try? reader.watch { [self] in drain(reader) }
            return state.watch == nil
        }
        if isLost { end() }
    }
}
