import MultiprocessingCore

// What all streams come down to.
extension PoolCalls {
    nonisolated func stream<S: Sequence, Body: PortableBody>(
        _ inputs: sending S, _ body: Body, _ context: Body.Context, isOrdered: Bool, chunkSize: Int,
        timeout: Duration?, label: String
    ) -> PoolResults<Body.Output> where S.Element == Body.Arguments {
        do {
            let (buffer, builder) = try prepare(
                body, context, isOrdered: isOrdered, window: callSite.core.workers * PoolMachine.depth,
                chunkSize: chunkSize, mayGroup: true, timeout: timeout, label: label)
            let source = SequenceSource(inputs.makeIterator(), builder)
            return PoolResults(.success(StreamCursor(buffer, source: source)))
        } catch {
            return PoolResults(.failure(error))
        }
    }

    nonisolated func stream<S: AsyncSequence & SendableMetatype, Body: PortableBody>(
        _ inputs: sending S, _ body: Body, _ context: Body.Context, isOrdered: Bool, chunkSize: Int,
        timeout: Duration?, label: String
    ) -> PoolResults<Body.Output> where S.Element == Body.Arguments {
        do {
            let (buffer, builder) = try prepare(
                body, context, isOrdered: isOrdered, window: callSite.core.workers * PoolMachine.depth,
                chunkSize: chunkSize, timeout: timeout, label: label)
            let feeder = Handover(Feeder(inputs, builder, buffer))
            return PoolResults(
                .success(StreamCursor(buffer, startFeeding: { Task { await feeder.take()?.run() } })))
        } catch {
            return PoolResults(.failure(error))
        }
    }
}
