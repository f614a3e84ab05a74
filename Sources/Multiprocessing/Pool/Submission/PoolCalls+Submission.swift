import MultiprocessingCore

// What all forms of `map` come down to.
extension PoolCalls {
    nonisolated(nonsending) func collect<S: Sequence, Body: PortableBody>(
        _ inputs: S, _ body: Body, _ context: Body.Context, chunkSize: Int?, timeout: Duration?,
        label: String = "map"
    ) async throws -> [Body.Output] where S.Element == Body.Arguments {
        let inputs = KnownInputs(inputs)
        let cursor = try cursor(inputs, body, context, chunkSize: chunkSize, timeout: timeout, label: label)
        return try await cursor.all(expected: inputs.count)
    }

    nonisolated(nonsending) func collectResults<S: Sequence, Body: PortableBody>(
        _ inputs: S, _ body: Body, _ context: Body.Context, chunkSize: Int?, timeout: Duration?
    ) async throws -> [Result<Body.Output, any Error>] where S.Element == Body.Arguments {
        let inputs = KnownInputs(inputs)
        let cursor = try cursor(
            inputs, body, context, chunkSize: chunkSize, timeout: timeout, label: "mapResults")
        var results: [Result<Body.Output, any Error>] = []
        results.reserveCapacity(inputs.count)
        while let result = try await cursor.next(timeout: nil) { results.append(result) }
        return results
    }

    /// Where the results of inputs come from that are all there.
    private nonisolated func cursor<Body: PortableBody>(
        _ inputs: KnownInputs<Body.Arguments>, _ body: Body, _ context: Body.Context, chunkSize: Int?,
        timeout: Duration?, label: String
    ) throws -> StreamCursor<Body.Output> {
        let core = callSite.core
        let (buffer, builder) = try prepare(
            body, context, isOrdered: true, window: chunkSize == nil ? 4 * core.workers : nil,
            chunkSize: chunkSize, timeout: timeout, label: label)
        if chunkSize == nil, inputs.count > 0 {
            try buffer.beginCall()
            buffer.use(ArraySource<Body>.sizer(workers: core.workers))
        }
        return StreamCursor<Body.Output>(buffer, source: ArraySource(inputs, builder))
    }

    nonisolated(nonsending) func collect<S: AsyncSequence, Body: PortableBody>(
        _ inputs: S, _ body: Body, _ context: Body.Context, chunkSize: Int?, timeout: Duration?,
        label: String = "map"
    ) async throws -> [Body.Output] where S.Element == Body.Arguments {
        let (buffer, fresh) = try prepare(
            body, context, isOrdered: true, window: nil, chunkSize: chunkSize ?? 1,
            isFlexible: chunkSize == nil, timeout: timeout, label: label)
        var builder = fresh
        let cursor = StreamCursor<Body.Output>(buffer)
        for try await input in inputs {
            do {
                if let chunk = try builder.add(input) { try await buffer.submitWhenAdmitted(chunk) }
            } catch let error as WireError {
                throw MultiprocessingError.unencodableItem(builder.nextItem, error)
            }
        }
        if let chunk = builder.finish() { try await buffer.submitWhenAdmitted(chunk) }
        buffer.inputEnded(.success(()))
        return try await cursor.all(expected: 0)
    }

    nonisolated func collectAsync<Body: PortableBody, Value: Sendable>(
        _ inputs: [Body.Arguments], _ body: Body, _ context: Body.Context, chunkSize: Int?,
        timeout: Duration?,
        label: String, _ convert: @escaping @Sendable ([Body.Output]) -> Value
    ) throws -> AsyncResult<Value> {
        let (buffer, builder) = try prepare(
            body, context, isOrdered: true, window: nil,
            chunkSize: chunkSize ?? defaultChunkSize(for: inputs.count),
            isFlexible: chunkSize == nil, timeout: timeout, label: label)
        var source = ArraySource(.array(inputs), builder)
        if let refusal = callSite.core.refusal { throw refusal }
        let count = inputs.count
        guard !buffer.isBounded else {
            // The handle's task submits as there is room, also after the pool was closed.
            if !inputs.isEmpty { try buffer.beginCall() }
            let rest = source
            return AsyncResult(
                isRunning: { buffer.hasBegun },
                work: {
                    convert(try await StreamCursor<Body.Output>(buffer, source: rest).all(expected: count))
                })
        }
        source.pull((.max, .max), into: buffer)
        return AsyncResult(
            isRunning: { buffer.hasBegun },
            work: {
                convert(try await StreamCursor<Body.Output>(buffer).all(expected: count))
            })
    }

    /// What every call of many items has: where its results arrive, and what cuts its inputs into chunks.
    ///
    /// Without a window, chunks are submitted as fast as their bytes allow, and nobody waits for one of them alone.
    nonisolated func prepare<Body: PortableBody>(
        _ body: Body, _ context: Body.Context, isOrdered: Bool, window: Int?, chunkSize: Int?,
        isFlexible: Bool = false, mayGroup: Bool = false, timeout: Duration?, label: String
    ) throws -> (ResultBuffer, ChunkBuilder<Body>) {
        if let chunkSize { try Self.check(chunkSize) }
        let core = callSite.core
        let terms = try CallTerms.current(at: callSite)
        let isUsual = chunkSize == 1 && timeout == nil && terms == nil && callSite.options.isUsual
        let isGrouped = mayGroup && isUsual && core.mayGroup
        let buffer = ResultBuffer(
            core: core, isOrdered: isOrdered, window: window ?? .max / 2, countsItems: isGrouped,
            isPatient: window == nil)
        if isGrouped { buffer.use(.forGroups(workers: core.workers)) }
        let definition = try core.define(body, context, label: label)
        let builder = ChunkBuilder<Body>(
            callSite, terms, definition, chunkSize: chunkSize,
            isFlexible: isFlexible || chunkSize == nil || isGrouped,
            isQuiet: window == nil, isGrouped: isGrouped, timeout: timeout, sink: buffer)
        return (buffer, builder)
    }

    /// Four chunks for each worker, as in Python.
    private nonisolated func defaultChunkSize(for count: Int) -> Int {
        max(1, (count + 4 * callSite.core.workers - 1) / (4 * callSite.core.workers))
    }

    private static func check(_ chunkSize: Int) throws(MultiprocessingError) {
        guard chunkSize > 0, chunkSize <= 1 << 30 else {
            throw MultiprocessingError(.invalidArgument, "a chunk has at least one item, not \(chunkSize)")
        }
    }
}
