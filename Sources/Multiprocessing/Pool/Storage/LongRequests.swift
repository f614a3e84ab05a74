import MultiprocessingCore
import Synchronization

/// The parent's end of the ring for long requests.
///
/// A request is put in line under the pool's lock, which costs nothing, and copied after it: other submitters do not
/// wait for the copy. The worker, which is told of the request in the usual ring, may be there sooner and waits.
final class LongRequests: Sendable {
    private struct Item {
        let slot: UInt32
        let payload: WireBytes
        let keepsArrays: Bool
    }

    private struct Sender: ~Copyable {
        var writer: FrameWriter
        /// Whether what is in its outbox has the long form.
        var isStreaming = false
    }

    private let waiting = Mutex(FIFO<Item>())
    private let errand: SharedErrand<Sender>
    private let isBroken = Atomic<Bool>(false)
    /// Requests that are not in the ring as a whole.
    private let unsent = Atomic<Int>(0)

    init(_ ring: Ring) {
        errand = SharedErrand(Sender(writer: FrameWriter(ring)))
    }

    /// Whether everything is in the ring.
    var isSent: Bool { unsent.load(ordering: .acquiring) == 0 }
    /// Whether the worker has written to the ring what no working program writes.
    var isCorrupt: Bool { isBroken.load(ordering: .acquiring) }

    /// Whether a request of so many bytes goes in the long form; else it lies in the ring in one piece.
    static func isStreamed(_ count: Int) -> Bool { count > BulkMemory.longestWholeRequest }

    /// Puts a chunk in line.
    func append(slot: UInt32, _ payload: WireBytes, count: Int) {
        unsent.wrappingAdd(1, ordering: .acquiringAndReleasing)
        let item = Item(slot: slot, payload: payload, keepsArrays: count == 1)
        waiting.withLock { $0.append(item) }
    }

    /// Copies the next request into the ring, or the next piece of one that is streamed; without the pool's lock.
    ///
    /// - Returns: whether there is more that may have space; false also if another thread sees to it.
    func sendNext() -> Bool {
        var goesOn = false
        errand.run { sender in
            do throws(RingCorruption) {
                goesOn = try sendNext(with: &sender)
            } catch {
                isBroken.store(true, ordering: .releasing)
                goesOn = false
            }
        }
        return goesOn
    }

    private func sendNext(with sender: inout Sender) throws(RingCorruption) -> Bool {
        guard !isCorrupt else { return false }
        if sender.writer.isFlushed {
            guard let item = waiting.withLock({ $0.popFirst() }) else { return false }
            sender.isStreaming = Self.isStreamed(item.payload.count)
            sender.writer.enqueue(item.slot, item.payload, keepsArrays: item.keepsArrays)
        }
        let hadSpace = try sender.writer.flush(atMost: sender.isStreaming ? FrameWriter.step : .max)
        if sender.writer.isFlushed { unsent.wrappingSubtract(1, ordering: .acquiringAndReleasing) }
        sender.writer.wakeReader()
        if hadSpace { return true }
        // The worker rings when it has made some.
        return try !sender.writer.requestSpace()
    }
}

extension FrameWriter {
    fileprivate mutating func enqueue(_ slot: UInt32, _ payload: WireBytes, keepsArrays: Bool) {
        if LongRequests.isStreamed(payload.count) {
            enqueueLong(kind: PoolRequest.run, slot: slot, payload, keepsArrays: keepsArrays)
        } else {
            enqueue(kind: PoolRequest.run, slot: slot, payload)
        }
    }
}
