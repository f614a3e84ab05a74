import MultiprocessingCore
import Synchronization

/// Buffers that long messages were in, kept for the next ones: fresh memory costs more than copying into it.
final class BufferPool: Sendable {
    /// Shorter ones are as quickly made anew, longer ones are too much to keep.
    private static let sizes = least...(8 << 20)
    static let least = 64 << 10
    private static let mostBuffers = 32
    private static let mostBytes = 16 << 20

    private struct State {
        var buffers: [[UInt8]] = []
        var bytes = 0
    }

    private let state = Mutex(State())

    /// An empty buffer, with the memory of an earlier one if there is one.
    func take() -> [UInt8] {
        state.withLock { state in
            guard let buffer = state.buffers.popLast() else { return [] }
            state.bytes -= buffer.capacity
            return buffer
        }
    }

    /// Gives a buffer back that nobody reads any more.
    func give(_ buffer: consuming [UInt8]) {
        guard Self.sizes.contains(buffer.capacity) else { return }
        var buffer = buffer
        buffer.removeAll(keepingCapacity: true)
        state.withLock { [buffer] state in
            guard state.buffers.count < Self.mostBuffers, state.bytes + buffer.capacity <= Self.mostBytes
            else {
                return
            }
            state.bytes += buffer.capacity
            state.buffers.append(buffer)
        }
    }
}
