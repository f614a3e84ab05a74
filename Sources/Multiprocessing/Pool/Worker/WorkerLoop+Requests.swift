import MultiprocessingCore

// What the pool asks of a worker.
extension WorkerLoop {
    /// Does what a request asks for.
    func handle(_ frame: RingFrame, _ payload: UnsafeRawBufferPointer) {
        var reader = unsafe ByteReader(payload)
        do {
            switch frame.kind {
            case PoolRequest.define:
                let id = try reader.read(UInt64.self)
                let parcel = takeParcel(of: Int(try reader.read(UInt16.self)))
                definitions[id] = Result {
                    var message = MessageReader(reader, attachments: try parcel.open())
                    return try InvocationCoder.decode(from: &message)
                }
            case PoolRequest.defineShared:
                let id = try reader.read(UInt64.self)
                let parcel = takeParcel(of: Int(try reader.read(UInt16.self)))
                let count = try reader.read(Int.self)
                definitions[id] = Result { try decode(shared: parcel, count: count) }
            case PoolRequest.forget:
                definitions[try reader.read(UInt64.self)] = nil
            case PoolRequest.run:
                guard let head = unsafe ChunkHead(payload) else { throw WireError.truncated }
                unsafe take(head, for: Int(frame.slot), payload)
            case PoolRequest.begin:
                begin(Result { try WorkerHook.decode(&reader, parcel: takeParcel) })
            case PoolRequest.finalizer:
                finalizer = try WorkerHook.decode(&reader, parcel: takeParcel)
            case PoolRequest.budget:
                budget = try WorkerHook.decodeValue(&reader, parcel: takeParcel)
                if desk == nil { ProcessPool.Worker.budget = budget?.id }
            case PoolRequest.escort:
                escort = Result { try Escort(from: &reader) }
            case PoolRequest.openBulk:
                // This process may have no room for another file or mapping: then it goes on without.
                let files = try? takeParcel(of: 1).open()
                let memory = files?.first.flatMap {
                    try? WorkerSegment(
                        $0, ringBytes: BulkMemory.ringBytes, replyBytes: BulkMemory.replyBytes)
                }
                open(memory)
            case PoolRequest.closeBulk:
                open(nil)
                // A thread's memory is the program's.
                if desk == nil { ThisProcess.returnFreedMemory() }
            case PoolRequest.bulk:
                try takeWhole()
            case PoolRequest.long:
                try takeLong()
            case PoolRequest.leave:
                leave()
            default:
                throw WireError.malformed("a request of kind \(frame.kind)")
            }
        } catch {
            fatalError("the pool sent a request that is none: \(error)")
        }
    }

    /// Decodes a definition that lies where all workers can read it; what it holds is copied from there.
    private func decode(shared parcel: Parcel, count: Int) throws -> any Invocation {
        let files = try parcel.open()
        guard let file = files.first else { throw WireError.truncated }
        return try unsafe SealedBytes(file, count: count).withBytes { bytes in
            // What a definition begins with was in the request too.
            let start = MemoryLayout<UInt64>.size + MemoryLayout<UInt16>.size
            var message = unsafe MessageReader(
                ByteReader(bytes, at: start), attachments: Array(files.dropFirst()))
            return try InvocationCoder.decode(from: &message)
        }
    }

    // MARK: Beginning and end

    /// Runs the initializer, and says how it went.
    private func begin(_ initializer: Result<(@Sendable () async throws -> Void)?, any Error>) {
        let failure: (any Error)? =
            switch initializer {
            case .success(let initializer): initializer.flatMap { HookRun.run($0) }
            case .failure(let error):
                MultiprocessingError(
                    .undecodable, "the worker could not decode the pool's initializer", cause: error)
            }
        answer.removeAll()
        if let failure, let desk {
            desk.put(failure)
        } else if let failure {
            ErrorTransport.encode(failure, processID: ThisProcess.id, into: &answer.bytes)
        }
        reply(failure == nil ? PoolReply.ready : PoolReply.refused, 0, answer.bytes.bytes)
        flush()
    }

    private func leave() {
        if let finalizer, let error = HookRun.run(finalizer) {
            StandardError.write("\(ChildProcess.current.name): the finalizer threw: \(error)\n")
        }
        isOver = true
    }

    /// The descriptors that belong to the message at hand; waits until they have come.
    func takeParcel(of count: Int) -> Parcel {
        count == 0 ? .whole([]) : parcels.take()
    }
}
