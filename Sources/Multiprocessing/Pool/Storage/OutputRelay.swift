import MultiprocessingCore
import Synchronization

/// Passes on what a worker writes to one of its streams, and keeps the last lines of it.
///
/// It is read on the poller's thread and written on a lane of its own, where writing may wait; while too much waits
/// there, reading pauses, and so does the worker.
final class OutputRelay: Sendable {
    private struct State {
        var reader: OutputReader?
        var watch: Poller.Watch?
        var tagger: LineTagger?
        var tail: LineTail
        /// Bytes that wait to be written.
        var waiting = 0
    }

    /// So many bytes wait at most, and one reading more.
    private static let room = 1 << 20

    private let stream: StandardStream
    private let lane: Lane
    private let state: Mutex<State>

    /// A relay to a stream of this process.
    init(to stream: StandardStream, tag: String?, keeping lines: Int, on lane: Lane) {
        self.stream = stream
        self.lane = lane
        state = Mutex(State(tagger: tag.map(LineTagger.init), tail: LineTail(limit: lines)))
    }

    /// Begins to read what comes out of the pipe, until nobody can write into it any more.
    func begin(_ reader: OutputReader) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            state.watch = try reader.watch { [self] in drain() }
            state.reader = reader
        }
    }

    /// The worker has ended: takes what it has written, however much waits, and returns the last lines.
    func finish() -> [String] {
        state.withLock { state in
            while take(&state) {}
            return state.tail.text
        }
    }

    private func drain() {
        state.withLock { state in
            while state.waiting < Self.room, take(&state) {}
            if state.waiting >= Self.room { unwatch(&state) }
        }
    }

    /// Reads once; false when there is nothing more now.
    ///
    /// The lock keeps what is read and what is written in the same order.
    private func take(_ state: inout State) -> Bool {
        guard let reader = state.reader else { return false }
        switch reader.read() {
        case .bytes(let bytes):
            state.tail.add(bytes)
            pass(state.tagger?.add(bytes) ?? bytes, &state)
            return true
        case .end:
            unwatch(&state)
            state.reader = nil
            if let rest = state.tagger?.end() { pass(rest, &state) }
            return false
        case .nothing:
            return false
        }
    }

    private func pass(_ bytes: [UInt8], _ state: inout State) {
        guard !bytes.isEmpty else { return }
        state.waiting += bytes.count
        lane.run { [self] in
            stream.write(bytes)
            written(bytes.count)
        }
    }

    private func written(_ count: Int) {
        state.withLock { state in
            state.waiting -= count
            guard state.waiting < Self.room / 2, state.watch == nil, let reader = state.reader else { return }
            // Without a watch the rest is read when the worker ends.
            state.watch = try? reader.watch { [self] in drain() }
        }
    }

    private func unwatch(_ state: inout State) {
        if let watch = state.watch.take() { Poller.shared.unwatch(watch) }
    }
}

extension ProcessPool.Configuration {
    /// Whether something that workers print comes through this process.
    var relaysOutput: Bool { output == .tagged || keptErrorLines > 0 }
}
