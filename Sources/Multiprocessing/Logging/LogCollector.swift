import MultiprocessingCore
import Synchronization

/// Where the records of children arrive; it lives as long as the process once it was needed.
///
/// The poller's thread takes them in. Those who iterate get them there, the handler gets them on a lane. When
/// too many wait for the handler, nothing more is taken in, so the socket fills, and the children wait.
final class LogCollector: Sendable {
    /// So many records may wait for the handler.
    static let backlogLimit = 1024
    /// When so few wait again, it goes on; close to the limit, because children are waiting for it.
    private static let resumption = backlogLimit - 128
    /// At most so many are taken in at a time, for the poller has others to serve; more than a socket holds.
    private static let turn = 4096

    private struct State {
        var backlog = 0
        /// Nil while too many records wait for the handler.
        var watch: Poller.Watch?
    }

    /// The end that children are given.
    let entrance: SharedDescriptor

    private let arrivals: PacketChannel
    private let lane = Lane("mp-logging")
    private let state = Mutex(State())

    init() throws(SystemError) {
        let (arrivals, entrance) = try SocketPair.make(packets: true)
        self.arrivals = PacketChannel(arrivals)
        self.entrance = entrance
        try watch()
    }

    /// Watches for records unless it does so already.
    private func watch() throws(SystemError) {
        // Under the lock, because a handler that runs at once needs to know the watch.
        try state.withLock { state throws(SystemError) in
            guard state.watch == nil, state.backlog < Self.backlogLimit else { return }
            state.watch = try Poller.obtain().watch(arrivals.socket.raw) { [self] in takeWaiting() }
        }
    }

    /// Takes in the records that are there, as far as the handler keeps up; on the poller's thread only.
    func takeWaiting() {
        var buffer = [UInt8](repeating: 0, count: ProcessLogger.Record.packetLimit)
        for _ in 0..<Self.turn {
            guard !pauseIfBehind() else { return }
            do {
                guard let count = try arrivals.receive(into: &buffer) else { return }
                take(try ProcessLogger.Record(packet: buffer[..<count]))
            } catch let error as WireError {
                StandardError.write("a log record of a child cannot be read: \(error)\n")
            } catch {
                StandardError.write("log records of children cannot be received: \(error)\n")
                return state.withLock { Self.endWatch(of: &$0) }
            }
        }
    }

    private func take(_ record: ProcessLogger.Record) {
        guard let handler = LogCenter.spread(record) else { return }
        state.withLock { $0.backlog += 1 }
        lane.run { [self] in
            handler(record)
            handled()
        }
    }

    /// Whether too many records wait for the handler; then this is not called again before it has caught up.
    private func pauseIfBehind() -> Bool {
        // One step: the handler may catch up meanwhile, and it has to see that it must set things going again.
        state.withLock { state in
            guard state.backlog >= Self.backlogLimit else { return false }
            Self.endWatch(of: &state)
            return true
        }
    }

    private static func endWatch(of state: inout State) {
        if let watch = state.watch.take() { Poller.shared.unwatch(watch) }
    }

    /// The handler has dealt with a record.
    private func handled() {
        let mayGoOn = state.withLock { state in
            state.backlog -= 1
            return state.watch == nil && state.backlog <= Self.resumption
        }
        if mayGoOn { goOn() }
    }

    private func goOn() {
        do {
            try watch()
        } catch {
            // No room in the kernel now; the records wait in the socket meanwhile.
            Poller.shared.schedule(at: .after(.milliseconds(100))) { [self] in goOn() }
        }
    }
}
