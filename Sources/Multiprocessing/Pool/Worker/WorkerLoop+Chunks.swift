import Dispatch
import MultiprocessingCore
import Synchronization

// How a worker runs a chunk.
extension WorkerLoop {
    /// Runs a chunk, unless it was taken back.
    func runChunk(slot: Int, _ reader: inout ByteReader) throws {
        let definition = try reader.read(UInt64.self)
        let id = try reader.read(UInt64.self)
        let count = Int(try reader.read(UInt32.self))
        let form = ChunkForm(rawValue: try reader.read(UInt16.self))
        let escort = escort.take()
        // Also those of a chunk that was taken back have come, or will come.
        let parcel = takeParcel(of: Int(try reader.read(UInt16.self)))
        let call = try reader.read(UInt64.self)
        answers.chunkBegins(isQuiet: form.contains(.quiet))
        endedCall = call
        // Before the chunk is begun, so that it can be taken back meanwhile.
        if let budget { _ = budget.semaphore.acquireBlocking() }
        defer { try? budget?.semaphore.release() }
        guard segment.slots[slot].start() else { return reply(PoolReply.vacated, slot, []) }
        tasks += 1
        if desk == nil { ProcessPool.Worker.beginTask() }
        let attachments = (try? parcel.open()) ?? []
        if form.contains(.packed) {
            reader = unsafe ByteReader(UnsafeRawBufferPointer(scratch.copy(of: reader)))
        }
        let begin = Deadline.now.nanoseconds
        let chunk = ChunkRun(
            self, slot: segment.slots[slot], number: slot, count: count, form: form,
            MessageReader(reader, attachments: attachments))
        if case .lost = parcel {
            chunk.failAll(MultiprocessingError.noRoomForHandle)
            return flush()
        }
        if case .failure(let error) = escort {
            chunk.failAll(
                MultiprocessingError(
                    .undecodable, "the worker could not decode the task-local values of the caller",
                    cause: error))
            return flush()
        }
        let company = try escort?.get()
        let invocation = definitions[definition] ?? .failure(WireError.malformed("an unknown definition"))
        switch invocation {
        case .success(let invocation):
            if let desk {
                let place = ThreadPlace(
                    worker: ProcessPool.Worker(seat: seat, tasks: tasks), depth: desk.depth,
                    budget: budget?.id)
                // The hook of the other way is not for a process that is not of our own making.
                Task.immediateDetached(priority: company?.priority) {
                    await ThreadPlace.$current.withValue(place) {
                        await self.perform(invocation, chunk, id, company, since: begin)
                    }
                    self.finished.signal()
                }
            } else {
                OwnThreadTask.catchNext()
                Task.detached(priority: company?.priority) {
                    await self.perform(invocation, chunk, id, company, since: begin)
                    self.finished.signal()
                }
                OwnThreadTask.run()
            }
            finished.wait()
        case .failure(let error):
            chunk.failAll(
                MultiprocessingError(.undecodable, "the worker could not decode the function", cause: error))
        }
        if !chunk.isComplete { reply(PoolReply.vacated, slot, []) }
        flush()
    }

    /// The chunk's task, from its beginning to its end.
    private nonisolated(nonsending) func perform(
        _ invocation: any Invocation, _ chunk: ChunkRun, _ id: UInt64, _ company: Escort?, since start: UInt64
    ) async {
        begin(id)
        if let company {
            await company.accompany { await invocation.run(chunk) }
        } else {
            await invocation.run(chunk)
        }
        end()
        chunk.took(since: start)
        chunk.finish()
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
