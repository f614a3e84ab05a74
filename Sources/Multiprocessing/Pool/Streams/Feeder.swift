import MultiprocessingCore

/// Feeds a stream from an asynchronous sequence, in a task of its own, as long as there is room.
struct Feeder<Input: AsyncSequence & SendableMetatype, Body: PortableBody>
where Input.Element == Body.Arguments {
    private let input: Input
    private let builder: ChunkBuilder<Body>
    private let buffer: ResultBuffer

    init(_ input: Input, _ builder: ChunkBuilder<Body>, _ buffer: ResultBuffer) {
        self.input = input
        self.builder = builder
        self.buffer = buffer
    }

    /// Pulls the whole input; what it throws comes out of the stream behind the results.
    func run() async {
        var builder = builder
        do {
            var iterator = input.makeAsyncIterator()
            while true {
                try await buffer.waitForRoom()
                guard let element = try await iterator.next(isolation: #isolation) else { break }
                try await submit(element, &builder)
            }
            if let chunk = builder.finish() { try await buffer.submitWhenAdmitted(chunk) }
            buffer.inputEnded(.success(()))
        } catch {
            // What was pulled before the failure is still computed.
            if let chunk = builder.finish() { try? await buffer.submitWhenAdmitted(chunk) }
            buffer.inputEnded(.failure(error))
        }
    }

    private func submit(
        _ element: Input.Element, _ builder: inout ChunkBuilder<Body>
    ) async throws {
        let full: PoolChunk?
        do {
            full = try builder.add(element)
        } catch {
            let item = builder.nextItem
            full = builder.skip()
            buffer.lose(item, .unencodableItem(item, error))
        }
        if let full { try await buffer.submitWhenAdmitted(full) }
    }
}
