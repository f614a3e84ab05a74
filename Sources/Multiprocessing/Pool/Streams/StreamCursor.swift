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
    /// Deliveries that have been taken, the next of them last.
    private var hand: [Delivery] = []
    /// The weight of deliveries that are used up, and of which the buffer does not know.
    private var used = 0
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
            turnPage()
            if used >= buffer.handful || source != nil && reader == nil { pull() }
            if reader != nil { continue }
            switch buffer.next(used: used) {
            case .deliveries(let deliveries):
                hand = deliveries.reversed()
            case .finished(let error):
                isFinished = true
                if let error { return .failure(error) }
            case .nothing:
                used = 0
                try await wait(timeout)
            }
            used = 0
        }
        return nil
    }

    /// Goes on to the next delivery that has been taken; without one there is no reader.
    private func turnPage() {
        if let done = reader.take() {
            used += buffer.countsItems ? done.delivery.count : 1
            buffer.recycle(done.delivery)
        }
        // It is moved out, so that nothing else holds its memory when that is given back.
        reader = hand.popLast().map { DeliveryReader($0) }
    }

    /// Says what has been used, and pulls input if there is enough room for more.
    private func pull() {
        defer { used = 0 }
        guard source != nil else { return buffer.makeRoom(used: used) }
        guard let room = buffer.claimRoom(used: used) else { return }
        source?.pull(room, into: buffer)
        buffer.returnPlaces()
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
