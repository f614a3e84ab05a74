import MultiprocessingCore

/// The consumer's end of a stream: pulls input on demand, waits for results and decodes them.
///
/// It belongs to one iterator, and with it the stream ends: what is still under way is given up.
final class StreamCursor<Output: Codable & Sendable> {
    private let buffer: ResultBuffer
    private var source: (any ChunkSource)?
    private var startFeeding: (() -> Task<Void, Never>)?
    private var feeding: Task<Void, Never>?
    private var reader: DeliveryReader?
    /// Makes the arrays that long results become.
    private var arrays = PlainArrayReader<Output>()
    private var isFinished = false

    /// - Parameters:
    ///   - buffer: where the results arrive.
    ///   - source: what to pull from in `next`; nil when a task feeds the buffer.
    ///   - startFeeding: starts that task, at the first `next`.
    init(
        _ buffer: ResultBuffer, source: (any ChunkSource)? = nil,
        startFeeding: (() -> Task<Void, Never>)? = nil
    ) {
        self.buffer = buffer
        self.source = source
        self.startFeeding = startFeeding
    }

    deinit {
        abandon()
    }

    /// Gives up what is under way.
    func abandon() {
        guard !isFinished else { return }
        isFinished = true
        feeding?.cancel()
        buffer.abandon()
    }

    /// The next result; nil at the end, and after the stream was given up.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, which ends the stream; and a timeout, which
    ///   does not.
    nonisolated(nonsending) func next(
        timeout: Duration?, expecting expected: Int = 0
    ) async throws -> Result<Output, any Error>? {
        if let start = startFeeding.take() { feeding = start() }
        while !isFinished {
            if let result = reader?.next(with: &arrays, expecting: expected) { return result }
            if let done = reader.take() { buffer.recycle(done.delivery) }
            if source != nil, let room = buffer.claimRoom() {
                source?.pull(room, into: buffer)
                buffer.returnPlaces()
            }
            switch buffer.next() {
            case .delivery(let delivery):
                reader = DeliveryReader(delivery)
            case .finished(let error):
                isFinished = true
                if let error { return .failure(error) }
            case .nothing:
                try await wait(timeout)
            }
        }
        return nil
    }

    /// All results, in the stream's order; the first error ends the stream and is thrown.
    nonisolated(nonsending) func all(expected count: Int) async throws -> [Output] {
        var outputs: [Output] = []
        outputs.reserveCapacity(count)
        while let result = try await next(timeout: nil, expecting: count - outputs.count - 1) {
            // When this throws, the cursor ends with its last reference and gives up the rest.
            outputs.append(try result.get())
            reader?.takeRun(into: &outputs)
        }
        return outputs
    }

    private nonisolated(nonsending) func wait(_ timeout: Duration?) async throws {
        do {
            guard try await buffer.wait(timeout: timeout, isPulling: source != nil) else {
                throw MultiprocessingError(.timeout, "no result came within \(timeout ?? .zero)")
            }
        } catch let error as CancellationError {
            abandon()
            throw error
        }
    }
}
