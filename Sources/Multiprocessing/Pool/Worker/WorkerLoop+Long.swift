import MultiprocessingCore
import Synchronization

// Requests that come through the long ring; the usual one says that there is one, or will be soon.
extension WorkerLoop {
    /// From now on long messages go through this memory; without it, through the usual rings.
    func open(_ memory: WorkerSegment?) {
        longMemory.withLock { $0 = memory }
        bulk = memory.map { FrameReader($0.requests) }
        answers.use(memory)
    }

    /// Deals with a request that lies in the ring in one piece, and stays there while it is used.
    func takeWhole() throws {
        let desk = desk
        let isOver = { desk?.isAbandoned == true }
        guard try bulk?.waitForWhole(unless: isOver) ?? isOver() else {
            if isOver() { return }
            throw WireError.malformed("a long message without memory for it")
        }
        _ = try unsafe bulk?.next { unsafe handle($0, $1) }
        if bulk?.takeWriterRequest() == true { doorbell.ring(worker: seat) }
    }

    /// Deals with a request in the long form, whose arrays are put where they stay.
    func takeLong() throws {
        let (desk, doorbell, seat) = (desk, doorbell, seat)
        let isOver = { desk?.isAbandoned == true }
        let message = try bulk?.nextLong(unless: isOver) { reader in
            if reader.takeWriterRequest() { doorbell.ring(worker: seat) }
        }
        guard let message else {
            if isOver() { return }
            throw WireError.malformed("a long message without memory for it")
        }
        if bulk?.takeWriterRequest() == true { doorbell.ring(worker: seat) }
        try unsafe message.content.bytes.withUnsafeBytes { payload in
            guard message.frame.kind == PoolRequest.run, let head = unsafe ChunkHead(payload) else {
                throw WireError.malformed("a long message that is no chunk")
            }
            unsafe take(head, for: Int(message.frame.slot), payload, arrays: message.content.inserts)
        }
    }
}
