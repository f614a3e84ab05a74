import MultiprocessingCore

/// What a stream pulls its chunks from.
protocol ChunkSource {
    /// Pulls chunks up to a limit, at least one, and submits them; tells the buffer when the input is exhausted.
    mutating func pull(_ limit: (chunks: Int, bytes: Int), into buffer: ResultBuffer)
}

/// Chunks of the elements of a sequence.
struct SequenceSource<Input: IteratorProtocol, Body: PortableBody>: ChunkSource
where Input.Element == Body.Arguments {
    private var iterator: Input
    private var builder: ChunkBuilder<Body>

    init(_ iterator: Input, _ builder: ChunkBuilder<Body>) {
        self.iterator = iterator
        self.builder = builder
    }

    mutating func pull(_ limit: (chunks: Int, bytes: Int), into buffer: ResultBuffer) {
        var chunks: [PoolChunk] = []
        var bytes = 0
        var end: Result<Void, any Error>?
        while chunks.count < limit.chunks, bytes < limit.bytes || chunks.isEmpty, end == nil {
            guard let element = iterator.next() else {
                if let chunk = builder.finish() { chunks.append(chunk) }
                end = .success(())
                break
            }
            do {
                guard let chunk = try builder.add(element) else { continue }
                bytes += chunk.payload.count
                chunks.append(chunk)
            } catch {
                let item = builder.nextItem
                if let chunk = builder.skip() { chunks.append(chunk) }
                buffer.lose(item, .unencodableItem(item, error))
            }
        }
        do {
            try buffer.submit(chunks)
        } catch {
            // The pool takes no more: the chunks have been reported as lost, and the input ends here.
            end = .success(())
        }
        if let end { buffer.inputEnded(end) }
    }
}

extension Error where Self == MultiprocessingError {
    /// An input that could not be encoded.
    static func unencodableItem(_ item: Int, _ cause: any Error) -> MultiprocessingError {
        MultiprocessingError(.unencodable, "input \(item) could not be encoded", cause: cause)
    }
}
