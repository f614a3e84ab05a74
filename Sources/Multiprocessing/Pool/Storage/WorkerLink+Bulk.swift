import MultiprocessingCore

// The memory for long messages.
extension WorkerLink {
    func takeBulkWish() -> Bool { bulkState.takeWish() }
    func tickBulk() -> Bool {
        // A worker that is slow to read is not one that needs no memory.
        if hasCopies { bulkState.sees(BulkMemory.threshold) }
        return bulkState.tick()
    }
    /// Whether a long message is on its way.
    var hasCopies: Bool { longReply != nil || longRequests?.isSent == false }
    func bulkFailed() { bulkState.failed() }

    /// Lets long messages go through this memory.
    func openBulk(_ memory: WorkerSegment) throws(RingCorruption) {
        bulkSegment = memory
        bulkReplies = LoanRing(memory.replies, most: BulkMemory.mostWaiting)
        enclose([memory.file])
        try requests.send(kind: PoolRequest.openBulk, slot: 0, [])
    }

    /// The worker says what has become of the memory; false if it was not asked.
    func bulkAnswered(_ kind: UInt32) -> Bool {
        guard kind == PoolReply.bulkClosed else {
            longRequests = bulkSegment.map { LongRequests($0.requests) }
            return bulkState.opened()
        }
        // What has not been read yet must not keep the memory.
        bulkReplies?.evictAll()
        bulkReplies = nil
        bulkSegment = nil
        return bulkState.closed()
    }

    /// Asks the worker to give the memory up; what it has written there still comes.
    func closeBulk() throws(RingCorruption) {
        longRequests = nil
        bulkState.closes()
        try requests.send(kind: PoolRequest.closeBulk, slot: 0, [])
    }
}
