import MultiprocessingCore

/// What a stream pulls its chunks from.
protocol ChunkSource {
    /// Pulls chunks up to a limit, at least one, and submits them; tells the buffer when the input is exhausted.
    ///
    /// The limit is one of items if the buffer counts those, else of chunks.
    mutating func pull(_ limit: (count: Int, bytes: Int), into buffer: ResultBuffer)
}

/// Chunks of the elements of a sequence.
struct SequenceSource<Input: IteratorProtocol, Body: PortableBody>: ChunkSource
where Input.Element == Body.Arguments {
    /// Tiny items that travel together have no more bytes than this.
    private static var mostBytes: Int { 16 << 10 }

    private var iterator: Input
    private var builder: ChunkBuilder<Body>

    init(_ iterator: Input, _ builder: ChunkBuilder<Body>) {
        self.iterator = iterator
        self.builder = builder
    }

    mutating func pull(_ limit: (count: Int, bytes: Int), into buffer: ResultBuffer) {
        if builder.isGrouped { builder.chunkSize = buffer.nextSize(of: .max) }
        var chunks: [PoolChunk] = []
        var (pulled, bytes) = (0, 0)
        var end: Result<Void, any Error>?
        while pulled < limit.count, bytes < limit.bytes || pulled == 0, end == nil {
            guard let element = iterator.next() else {
                end = .success(())
                break
            }
            do {
                var chunk = try builder.add(element)
                if builder.isGrouped, builder.size >= Self.mostBytes { chunk = builder.finish() }
                if builder.isGrouped || chunk != nil { pulled += 1 }
                guard let chunk else { continue }
                bytes += chunk.payload.count
                chunks.append(chunk)
            } catch {
                let item = builder.nextItem
                if let chunk = builder.skip() { chunks.append(chunk) }
                buffer.lose(item, .unencodableItem(item, error))
            }
        }
        if end != nil || builder.isGrouped, let chunk = builder.finish() { chunks.append(chunk) }
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
