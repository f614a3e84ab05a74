import MultiprocessingCore

// What becomes of the items.
extension ChunkRun {
    /// The item returned.
    func answer(_ value: some Encodable) {
        handOver()
        loop.answer.removeAll()
        do {
            try loop.answer.append(encoding: value)
        } catch {
            return fail(
                MultiprocessingError(
                    .unencodable, "the task's result of type \(type(of: value)) could not be encoded",
                    cause: error))
        }
        answered += 1
        took(answered: answered)
        if loop.answer.attachments.isEmpty {
            loop.reply(PoolReply.value, number, loop.answer.message)
            // Long arrays are the task's, and not to be kept.
            if loop.answer.hasLongArrays { loop.answer.removeAll() }
        } else {
            let descriptors = loop.answer.attachments
            loop.reply(PoolReply.valueWithDescriptors, number, loop.answer.message, descriptors)
            // They are not needed here any more.
            loop.answer.removeAll()
        }
    }

    /// The item threw.
    func fail(_ error: any Error) {
        handOver()
        took(answered: answered + 1)
        if let desk = loop.desk {
            answered += 1
            desk.put(error)
            return loop.reply(PoolReply.ownFailure, number, [])
        }
        loop.answer.removeAll()
        ErrorTransport.encode(error, processID: ThisProcess.id, into: &loop.answer.bytes)
        answered += 1
        loop.reply(PoolReply.failure, number, loop.answer.bytes.bytes)
    }

    /// Every item fails for the same reason.
    func failAll(_ error: any Error) {
        while next() != nil { fail(error) }
    }

    /// Nothing more comes from the chunk's task.
    func finish() {
        handOver()
        if !isComplete { loop.reply(PoolReply.vacated, number, []) }
    }
}
