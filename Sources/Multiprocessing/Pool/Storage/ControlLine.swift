import MultiprocessingCore
import Synchronization

/// What a pool tells a worker past the rings: cancellations, and the descriptors of what is in the rings.
///
/// Messages are put in line under the pool's lock and sent after it, in order. Nothing waits: what the socket has
/// no room for goes on from the poller.
final class ControlLine: Sendable {
    private struct Message {
        let bytes: [UInt8]
        let descriptors: [SharedDescriptor]
    }

    /// Why a message could not be sent now.
    private struct Obstacle {
        let channel: MessageSocket
        let attempt: MessageSocket.Attempt
        let wait: Int
    }

    private struct State {
        /// Nil before the worker has been started.
        var channel: MessageSocket?
        var messages = FIFO<Message>()
        /// Whether somebody goes on when there is room.
        var isWaiting = false
        /// How many times that has been so: tells one wait from the next.
        var waits = 0
        var watch: DescriptorWatch?
    }

    /// After this time the system may have room for more descriptors that are on their way; nothing tells when.
    private static let retryTime = Duration.milliseconds(1)

    private let state = Mutex(State())

    /// The worker is there; what was put in line before is sent by the next `flush`.
    func connect(_ channel: MessageSocket) {
        state.withLock { $0.channel = channel }
    }

    /// Puts a message in line.
    func append(_ bytes: [UInt8], descriptors: [SharedDescriptor] = []) {
        state.withLock { $0.messages.append(Message(bytes: bytes, descriptors: descriptors)) }
    }

    /// Sends what there is room for.
    func flush() {
        let obstacle: Obstacle? = state.withLock { state in
            guard let channel = state.channel, !state.isWaiting else { return nil }
            while let next = state.messages.first {
                do {
                    let attempt = try channel.sendWithoutWaiting(next.bytes, descriptors: next.descriptors)
                    guard case .sent = attempt else {
                        state.isWaiting = true
                        state.waits += 1
                        return Obstacle(channel: channel, attempt: attempt, wait: state.waits)
                    }
                    _ = state.messages.popFirst()
                } catch {
                    // The worker has ended, and its end says what is to be done about that.
                    _ = state.messages.removeAll()
                }
            }
            return nil
        }
        if let obstacle { goOnLater(obstacle) }
    }

    private func goOnLater(_ obstacle: Obstacle) {
        if case .full = obstacle.attempt {
            let socket = obstacle.channel.socket
            let watch = try? DescriptorWatch(socket.raw, for: .writing) { [weak self] in self?.goOn() }
            if let watch {
                // Its end may have come already, and somebody else may be waiting by now.
                return state.withLock { state in
                    if state.isWaiting, state.waits == obstacle.wait { state.watch = watch }
                }
            }
        }
        Poller.shared.schedule(at: .after(Self.retryTime)) { [weak self] in self?.goOn() }
    }

    private func goOn() {
        // The watch ends after the lock.
        let watch = state.withLock { state in
            state.isWaiting = false
            return state.watch.take()
        }
        flush()
        _ = watch
    }
}
