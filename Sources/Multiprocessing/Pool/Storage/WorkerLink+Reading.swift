import MultiprocessingCore

// What the worker has written.
extension WorkerLink {
    /// Reads what the worker has answered, long answers into buffers of the pool; `more` says that there was too much for one time.
    ///
    /// What follows a long answer that is on its way stays where it is, unless the worker is gone and this is all.
    func drain(_ buffers: BufferPool, isLast: Bool = false) throws(RingCorruption) -> (
        batches: [Batch], more: Bool
    ) {
        // Before that is known, the descriptors of what it wrote cannot be had.
        guard child != nil else { return ([], false) }
        if longRequests?.isCorrupt == true { throw RingCorruption() }
        if !requests.isFlushed {
            try requests.flush()
            try askForSpace()
            // Last, because asking for space may have found some and written more.
            requests.wakeReader()
        }
        var batches: [Batch] = []
        if replies.hasBytes { batches.reserveCapacity(PoolMachine.depth) }
        var size = 0
        var lacksParcel = false
        while size < Self.drainLimit {
            if let longReply {
                guard let loan = try longReply.take(isLast: isLast) else { break }
                self.longReply = nil
                guard loan.frame.kind == PoolReply.value, loan.frame.slot == longReply.slot else {
                    throw RingCorruption()
                }
                add(loan, to: &batches, &size)
                continue
            }
            var isImpossible = false
            var isBulk = false
            // What no ring holds has been put together here, and is not copied again.
            func keep(_ frame: RingFrame, _ payload: [UInt8]) -> Bool {
                guard frame.kind == PoolReply.value, payload.count >= BulkMemory.threshold else {
                    return false
                }
                size += payload.count
                bulkState.sees(payload.count)
                let loan = RingLoan(frame, copy: payload)
                batches.append(Batch(slot: Int(frame.slot), count: 1, loan: loan))
                return true
            }
            let found = try unsafe replies.next(keeping: keep) { frame, payload in
                size += RingFrame.headerSize + payload.count
                bulkState.sees(payload.count)
                switch frame.kind {
                case PoolReply.ready:
                    beginning = .ready
                    return
                case PoolReply.refused:
                    beginning = unsafe desk?.takeError().map { .failed($0) } ?? .refused(Array(payload))
                    return
                case PoolReply.bulk:
                    isBulk = true
                    return
                case PoolReply.long:
                    longReply = bulkReplies.map { LongReply(slot: Int(frame.slot), $0) }
                    isImpossible = longReply == nil
                    return
                case PoolReply.bulkOpened, PoolReply.bulkClosed:
                    isImpossible = !bulkAnswered(frame.kind)
                    return
                default: break
                }
                isImpossible = unsafe !add(frame, payload, to: &batches, buffers)
                guard frame.kind == PoolReply.valueWithDescriptors else { return }
                // The worker sends them before it writes the message, so they are there.
                if let message = try? child?.channel.receive(limit: 64, acceptsLoss: true, until: .now) {
                    batches[batches.count - 1].parcels.append(Parcel(message))
                } else {
                    lacksParcel = true
                }
            }
            guard found else { break }
            if isBulk {
                guard let loan = try bulkReplies?.lend(), loan.frame.kind == PoolReply.value else {
                    throw RingCorruption()
                }
                add(loan, to: &batches, &size)
            }
            if lacksParcel || isImpossible { throw RingCorruption() }
        }
        // Also a part of a long answer has made space.
        replies.wakeWriter()
        return (batches, size >= Self.drainLimit)
    }

    private func add(_ loan: RingLoan, to batches: inout [Batch], _ size: inout Int) {
        size += loan.count
        bulkState.sees(loan.count)
        batches.append(Batch(slot: Int(loan.frame.slot), count: 1, loan: loan))
    }

    /// Adds a message to the batches; false if no working program writes such a one.
    private func add(
        _ frame: RingFrame, _ payload: UnsafeRawBufferPointer, to batches: inout [Batch],
        _ buffers: BufferPool
    ) -> Bool {
        let slot = Int(frame.slot)
        if frame.kind == PoolReply.ownFailure {
            guard let error = desk?.takeError() else { return false }
            batches.append(Batch(slot: slot, count: 1, failures: 1, error: error))
            return true
        }
        if batches.last?.slot != slot || batches.last?.isClosed == true {
            batches.append(Batch(slot: slot))
        }
        let last = batches.count - 1
        guard frame.kind != PoolReply.vacated else {
            batches[last].isVacated = true
            return true
        }
        if batches[last].bytes.isEmpty, payload.count >= 1 << 16 { batches[last].bytes = buffers.take() }
        let start = batches[last].bytes.count
        // So that a short message is allocated once.
        if start == 0 { batches[last].bytes.reserveCapacity(RingFrame.headerSize + payload.count) }
        unsafe withUnsafeBytes(of: frame) { unsafe batches[last].bytes.append(contentsOf: $0) }
        unsafe batches[last].bytes.append(contentsOf: payload)
        guard frame.kind == PoolReply.run else {
            batches[last].count += 1
            if frame.kind == PoolReply.failure { batches[last].failures += 1 }
            return true
        }
        // Of the copy, because the worker can still write to what it was copied from.
        let header = unsafe batches[last].bytes.withUnsafeBytes { bytes in
            unsafe RunHeader(
                of: UnsafeRawBufferPointer(rebasing: bytes[(start + RingFrame.headerSize)...]))
        }
        guard let header else { return false }
        batches[last].count += Int(header.count)
        return true
    }

    /// Values of finished items that a worker, which is dead by now, had not handed over yet.
    func rescue(slot: Int, answered: Int, count: Int) -> Batch? {
        let place = segment.slots[slot]
        guard let position = place.openRun else { return nil }
        // The item that was begun last had not finished, as far as anybody can tell.
        let finished = min(place.begunItems - 1, count) - answered
        guard
            let bytes = replies.openRun(
                at: position, kind: PoolReply.run, slot: UInt32(slot), count: finished)
        else { return nil }
        return Batch(slot: slot, count: finished, bytes: bytes)
    }
}
