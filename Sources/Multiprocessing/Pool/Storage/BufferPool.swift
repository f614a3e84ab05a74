import MultiprocessingCore
import Synchronization

/// Buffers that long messages were in, kept for the next ones: fresh memory costs more than copying into it.
final class BufferPool: Sendable {
    /// Shorter ones are as quickly made anew, longer ones are too much to keep.
    private static let sizes = (64 << 10)...(8 << 20)
    private static let most = 8

    private let buffers = Mutex<[[UInt8]]>([])

    /// An empty buffer, with the memory of an earlier one if there is one.
    func take() -> [UInt8] {
        buffers.withLock { $0.popLast() } ?? []
    }

    /// Gives a buffer back that nobody reads any more.
    func give(_ buffer: consuming [UInt8]) {
        guard Self.sizes.contains(buffer.capacity) else { return }
        var buffer = buffer
        buffer.removeAll(keepingCapacity: true)
        buffers.withLock { [buffer] buffers in
            if buffers.count < Self.most { buffers.append(buffer) }
        }
    }
}
