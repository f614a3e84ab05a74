import MultiprocessingCore

extension PoolCore {
    /// Notes an event, if anybody reads; the lock may be held.
    func note(_ event: @autoclosure () -> ProcessPool.Event, _ effects: inout Effects) {
        if hub.hasReaders { effects.events.append(event()) }
    }

    /// Notes the errors that tasks of a chunk threw, if anybody reads.
    func noteFailures(_ batch: WorkerLink.Batch, of chunk: PoolChunk, _ effects: inout Effects) {
        guard hub.hasReaders else { return }
        var item = chunk.firstItem + chunk.answered
        var offset = 0
        unsafe batch.bytes.withUnsafeBytes { raw in
            // The pool has copied whole messages only, so each header and what it announces are there.
            while offset < raw.count {
                let frame = unsafe raw.loadUnaligned(fromByteOffset: offset, as: RingFrame.self)
                let start = offset + RingFrame.headerSize
                offset = start + Int(frame.length)
                let payload = unsafe UnsafeRawBufferPointer(rebasing: raw[start..<offset])
                if frame.kind == PoolReply.run {
                    item += unsafe RunHeader(of: payload).map { Int($0.count) } ?? 0
                    continue
                }
                if frame.kind == PoolReply.failure {
                    var reader = unsafe ByteReader(payload)
                    let error = Result { try ErrorTransport.decode(from: &reader) }
                    if case .success(let error) = error {
                        effects.events.append(.taskFailed(task: chunk.name(ofItem: item), error: error))
                    }
                }
                item += 1
            }
        }
    }
}

extension PoolCore {
    /// Notes what becomes of the item that ended a worker, if anybody reads.
    func note(
        _ settlement: ChunkSettlement, of chunk: PoolChunk, item: Int, _ effects: inout Effects
    ) {
        guard settlement.deaths > 0 else { return }
        if settlement.isQuarantined {
            note(
                .taskQuarantined(task: chunk.name(ofItem: item), workersLost: settlement.deaths), &effects)
        } else if settlement.lost.isEmpty {
            note(.taskRetried(task: chunk.name(ofItem: item), workersLost: settlement.deaths), &effects)
        }
    }
}

extension PoolChunk {
    /// What an item is called in errors and events, by its index among the inputs of the call.
    func name(ofItem item: Int) -> String { "item \(item) of \(definition.label)" }
}
