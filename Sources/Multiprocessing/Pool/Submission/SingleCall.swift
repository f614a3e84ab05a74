import MultiprocessingCore
import Synchronization

/// One call of one body: where its result arrives.
///
/// Not generic, because the runtime looks a generic type up each time: whoever asks for the result knows its type.
final class SingleCall: ChunkSink {
    private let core: PoolCore
    private let chunk: UInt64
    private let latch = Latch<Delivery>()
    private let isHere = Atomic<Bool>(false)

    private init(core: PoolCore, chunk: UInt64) {
        self.core = core
        self.chunk = chunk
    }

    /// Submits the call.
    static func submit<Body: PortableBody>(
        _ body: Body, _ arguments: Body.Arguments, _ context: Body.Context, at site: PoolCallSite,
        timeout: Duration?, label: String
    ) throws -> SingleCall {
        let core = site.core
        let terms = try CallTerms.current(at: site)
        let definition = try core.define(body, context, label: label)
        let id = core.makeID()
        var form: ChunkForm = timeout == nil ? [] : .timed
        if definition.isPacked { form.insert(.packed) }
        var payload = ChunkPayload(chunk: id, of: id, definition: definition.id, form: form)
        if definition.isPacked {
            unsafe withUnsafeBytes(of: arguments) { unsafe payload.append(packed: $0, count: 1) }
        } else {
            do {
                try payload.append { try Body.encode(arguments, into: &$0) }
            } catch {
                throw MultiprocessingError(
                    .unencodable, "the arguments of \(label) could not be encoded", cause: error)
            }
        }
        let call = SingleCall(core: core, chunk: id)
        let chunk = PoolChunk(
            id: id, definition: definition, payload: payload.bytes, attachments: payload.attachments,
            firstItem: 0, count: 1, timeout: timeout, options: site.options,
            terms: terms, sink: call)
        try core.submit(CollectionOfOne(chunk))
        // Whoever submits many takes in the answers of the earlier ones on the way.
        if id & 7 == 0 { core.visit() }
        return call
    }

    func receive(_ deliveries: ArraySlice<Delivery>) {
        // It has one item.
        guard let delivery = deliveries.first, latch.close(delivery) else { return }
        isHere.store(true, ordering: .releasing)
    }

    /// Whether the result has come.
    var isReady: Bool { latch.value != nil }

    /// Calls the handler once, when the result comes or at once if it is there; nil in that case, else its number.
    func observe(_ handler: @escaping @Sendable () -> Void) -> UInt64? {
        core.sleepBegan()
        return latch.observe { [core] in
            core.sleepEnded()
            handler()
        }
    }

    /// Takes a handler back.
    func disregard(_ id: UInt64) {
        if latch.disregard(id) { core.sleepEnded() }
    }

    /// The result, decoded for whoever asks; nil while it has not come.
    func result<Output: Codable & Sendable>(of type: Output.Type) -> Result<Output, any Error>? {
        guard let delivery = latch.value else { return nil }
        var reader = DeliveryReader(delivery)
        // A single call has one item.
        var arrays = PlainArrayReader<Output>()
        return reader.next(with: &arrays) ?? .failure(CancellationError())
    }

    /// Waits until the result has come, asleep; false when the limit is over first.
    nonisolated(nonsending) func sleep(timeout: Duration?) async throws -> Bool {
        if isHere.load(ordering: .acquiring) { return true }
        core.sleepBegan()
        defer { core.sleepEnded() }
        return try await latch.wait(timeout: timeout) != nil
    }

    /// Waits until the result has come, awake for a moment and then asleep; false when the limit is over first.
    nonisolated(nonsending) func arrive(timeout: Duration?) async throws -> Bool {
        if isHere.load(ordering: .acquiring) { return true }
        // A look takes no notice of short limits and of cancellation.
        if timeout ?? .seconds(1) > .milliseconds(1), !Task.isCancelled,
            core.look(until: { isHere.load(ordering: .acquiring) })
        {
            return true
        }
        return try await sleep(timeout: timeout)
    }

    /// Whether a worker has begun it.
    var isRunning: Bool { core.hasBegun([chunk]) }

    /// Gives the call up: nothing will be delivered by the pool any more.
    func withdraw() {
        core.withdraw(CollectionOfOne(chunk))
    }

    /// Gives the call up, and whoever waits for it gets a `CancellationError`.
    func cancel() {
        withdraw()
        receive([Delivery(chunk: chunk, firstItem: 0, count: 1, content: .lost(CancellationError()))])
    }
}
