import Dispatch
import MultiprocessingCore
import Synchronization

// How a worker runs chunks.
extension WorkerLoop {
    /// A chunk that has been started, and has not been run.
    struct StartedChunk {
        let id: UInt64
        let definition: UInt64
        let run: ChunkRun
        let company: Escort?
    }

    /// Arguments up to so many bytes are copied out of the ring; longer ones are used where they lie.
    private static let longestCopy = 16 << 10

    /// Starts a chunk, unless it was taken back; it runs when the message has been read, or now if it is long.
    ///
    /// - Parameters:
    ///   - head: what stands at the beginning of the payload.
    ///   - slot: where the chunk is entered.
    ///   - payload: the chunk, except for arrays that came as such.
    ///   - arrays: those, by their places in the payload.
    func take(
        _ head: ChunkHead, for slot: Int, _ payload: UnsafeRawBufferPointer, arrays: [WireBytes.Insert] = []
    ) {
        let escort = escort == nil ? nil : escort.take()
        // Also those of a chunk that was taken back have come, or will come.
        let parcel = takeParcel(of: head.attachments)
        answers.chunkBegins(isQuiet: head.form.contains(.quiet))
        endedCall = head.call
        // Before the chunk is begun, so that it can be taken back meanwhile.
        if let budget { _ = budget.semaphore.acquireBlocking() }
        guard segment.slots[slot].start() else {
            try? budget?.semaphore.release()
            return reply(PoolReply.vacated, slot, [])
        }
        tasks += 1
        if desk == nil { ProcessPool.Worker.beginTask() }
        var items = unsafe UnsafeRawBufferPointer(rebasing: payload[ChunkPayload.headerSize...])
        let isShort = head.size <= Self.longestCopy
        if isShort || head.form.contains(.packed) {
            items = unsafe UnsafeRawBufferPointer(scratch.copy(of: items))
        }
        let run = unsafe ChunkRun(
            self, slot: segment.slots[slot], number: slot, count: head.count, form: head.form,
            MessageReader(ByteReader(items), attachments: (try? parcel.open()) ?? []),
            arrays: arrays)
        if case .lost = parcel { return end(run, MultiprocessingError.noRoomForHandle) }
        switch escort {
        case .failure(let error)?:
            let reason = "the worker could not decode the task-local values of the caller"
            return end(run, MultiprocessingError(.undecodable, reason, cause: error))
        case .success(let company)?:
            started = StartedChunk(id: head.id, definition: head.definition, run: run, company: company)
        case nil:
            started = StartedChunk(id: head.id, definition: head.definition, run: run, company: nil)
        }
        if !isShort { runStarted(alone: true) }
    }

    /// Runs the chunk that has been started, if there is one, and what follows it and can go on in the same task.
    ///
    /// - Parameter alone: whether nothing may follow, because the chunk is used where it lies in the ring.
    func runStarted(alone: Bool = false) {
        guard let chunk = started.take() else { return }
        let invocation: any Invocation
        switch definitions[chunk.definition] ?? .failure(WireError.malformed("an unknown definition")) {
        case .success(let found): invocation = found
        case .failure(let error):
            return end(
                chunk.run,
                MultiprocessingError(.undecodable, "the worker could not decode the function", cause: error))
        }
        if let desk {
            let place = ThreadPlace(
                worker: ProcessPool.Worker(seat: seat, tasks: tasks), depth: desk.depth,
                budget: budget?.id)
            // The hook of the other way is not for a process that is not of our own making.
            Task.immediateDetached(priority: chunk.company?.priority) {
                await ThreadPlace.$current.withValue(place) { await self.perform(invocation, chunk) }
                self.finished.signal()
            }
        } else {
            OwnThreadTask.catchNext()
            Task.detached(priority: chunk.company?.priority) {
                await self.perform(invocation, chunk)
                while !alone, let next = self.follower(of: chunk) { await self.perform(invocation, next) }
                self.finished.signal()
            }
            OwnThreadTask.run()
        }
        finished.wait()
        flush()
        try? budget?.semaphore.release()
    }

    /// The items of the chunk cannot run.
    private func end(_ chunk: ChunkRun, _ error: any Error) {
        chunk.failAll(error)
        chunk.finish()
        flush()
        try? budget?.semaphore.release()
    }

    /// The chunk's run, from its beginning to its end.
    private nonisolated(nonsending) func perform(_ invocation: any Invocation, _ chunk: StartedChunk) async {
        chunk.run.begin()
        begin(chunk.id)
        if let company = chunk.company {
            await company.accompany { await invocation.run(chunk.run) }
        } else {
            await invocation.run(chunk.run)
        }
        end()
        chunk.run.finish()
    }

    /// The next chunk, if it is there and can go on in this task as in one of its own; it has been started then.
    ///
    /// A task costs more than a small chunk. So those of one body go on in one, as long as it stays on the loop's thread,
    /// is not cancelled, and every answer has found room.
    private func follower(of chunk: StartedChunk) -> StartedChunk? {
        guard chunk.company == nil, budget == nil, OwnThreadTask.isHere, !Task.isCancelled, answers.isFlushed
        else { return nil }
        callEnded()
        while started == nil {
            let isAlike = isNext { head in
                head.definition == chunk.definition && head.attachments == 0 && head.size <= Self.longestCopy
            }
            guard isAlike else { return nil }
            takeRequest()
        }
        return started.take()
    }

    private func begin(_ chunk: UInt64) {
        withUnsafeCurrentTask { task in
            // Called inside of a task, so there is one; it stays valid until `end`, which it calls itself.
            if let task = unsafe task {
                let entry = unsafe RunningTask(task: task)
                let isCancelled = running.withLock { $0.begin(chunk, entry) }
                if isCancelled { unsafe task.cancel() }
            }
        }
    }

    private func end() {
        running.withLock { $0.end() }
    }
}
