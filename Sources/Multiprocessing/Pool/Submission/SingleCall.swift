import MultiprocessingCore
import Synchronization

/// One call of one body: where its result arrives.
final class SingleCall<Output: Codable & Sendable>: ChunkSink {
    private let core: PoolCore
    private let chunk: UInt64
    private let latch = Latch<Delivery>()
    private let isHere = Atomic<Bool>(false)
    private let handler = Mutex<(@Sendable (@escaping @Sendable () -> Result<Output, any Error>) -> Void)?>(
        nil)

    private init(core: PoolCore, chunk: UInt64) {
        self.core = core
        self.chunk = chunk
    }

    /// Submits the call.
    static func submit<Body: PortableBody>(
        _ body: Body, _ arguments: Body.Arguments, _ context: Body.Context, at site: PoolCallSite,
        timeout: Duration?, label: String
    ) throws -> SingleCall<Output> where Body.Output == Output {
        let core = site.core
        let definition = try core.define(body, context, label: label)
        let id = core.makeID()
        var payload = ChunkPayload(chunk: id, definition: definition.id, isTimed: timeout != nil)
        do {
            try payload.append { try Body.encode(arguments, into: &$0) }
        } catch {
            throw MultiprocessingError(
                .unencodable, "the arguments of \(label) could not be encoded", cause: error)
        }
        let call = SingleCall<Output>(core: core, chunk: id)
        let chunk = PoolChunk(
            id: id, definition: definition, payload: payload.bytes, attachments: payload.attachments,
            firstItem: 0, count: 1, timeout: timeout, options: site.options, sink: call)
        try core.submit([chunk])
        return call
    }

    func receive(_ delivery: Delivery) {
        guard latch.close(delivery) else { return }
        isHere.store(true, ordering: .releasing)
        handler.withLock { $0.take() }?({ Self.decode(delivery) })
    }

    /// Calls the handler once with a way to get the result, now or when it comes.
    func whenReady(
        _ handler: @escaping @Sendable (@escaping @Sendable () -> Result<Output, any Error>) -> Void
    ) {
        self.handler.withLock { $0 = handler }
        // The result may have come before the handler was there: whoever takes the handler calls it.
        guard let delivery = latch.value else { return }
        self.handler.withLock { $0.take() }?({ Self.decode(delivery) })
    }

    private static func decode(_ delivery: Delivery) -> Result<Output, any Error> {
        var reader = DeliveryReader(delivery)
        // A single call has one item.
        return reader.next(Output.self) ?? .failure(CancellationError())
    }

    /// Waits for the result; looks for it for a moment before it goes to sleep.
    ///
    /// Nil when the limit is over.
    nonisolated(nonsending) func wait(timeout: Duration? = nil) async throws -> Result<Output, any Error>? {
        if !core.look(until: { isHere.load(ordering: .acquiring) }) {
            guard try await latch.wait(timeout: timeout) != nil else { return nil }
        }
        return latch.value.map(Self.decode)
    }

    /// Gives the call up: nothing will be delivered by the pool any more.
    func withdraw() {
        core.withdraw(CollectionOfOne(chunk))
    }

    /// Gives the call up, and whoever waits for it gets a `CancellationError`.
    func cancel() {
        withdraw()
        receive(Delivery(chunk: chunk, firstItem: 0, count: 1, content: .lost(CancellationError())))
    }
}
