import MultiprocessingCore

/// Chunks of inputs that are all there, of a given size or of one that follows from how long they take.
struct ArraySource<Body: PortableBody>: ChunkSource {
    /// Chunks whose size is open have no more bytes than this, so that others of the worker have room beside them, and
    /// none needs the memory of long messages.
    static var mostBytes: Int { 32 << 10 }

    /// So many chunks are submitted at once, so that workers begin while the others are being made.
    private static var firstChunks: Int { 4 }

    private let inputs: KnownInputs<Body.Arguments>
    private var builder: ChunkBuilder<Body>
    private var position = 0
    private var isAtEnd = false

    init(_ inputs: KnownInputs<Body.Arguments>, _ builder: ChunkBuilder<Body>) {
        self.inputs = inputs
        self.builder = builder
    }

    /// What chooses the sizes of a call's chunks.
    static func sizer(workers: Int) -> ChunkSizer {
        ChunkSizer(workers: workers, most: mostBytes / max(1, Body.packing?.spacing ?? 1))
    }

    mutating func pull(_ limit: (count: Int, bytes: Int), into buffer: ResultBuffer) {
        var chunks: [PoolChunk] = []
        var (pulled, bytes, enough) = (0, 0, Self.firstChunks)
        while pulled < limit.count, bytes < limit.bytes || pulled == 0, position < inputs.count {
            let size = builder.chunkSize ?? buffer.nextSize(of: inputs.count - position)
            let before = chunks.count
            take(min(size, inputs.count - position), &chunks, buffer)
            for chunk in chunks[before...] { bytes += chunk.payload.count }
            pulled += chunks.count - before
            guard chunks.count >= enough else { continue }
            submit(&chunks, buffer)
            enough = .max
        }
        submit(&chunks, buffer)
        guard position == inputs.count, !isAtEnd else { return }
        isAtEnd = true
        buffer.inputEnded(.success(()))
    }

    private mutating func submit(_ chunks: inout [PoolChunk], _ buffer: ResultBuffer) {
        do {
            try buffer.submit(chunks)
        } catch {
            // The pool takes no more: the chunks have been reported as lost, and the input ends here.
            position = inputs.count
        }
        chunks = []
    }

    /// Makes a chunk of the next items, or several if not all of them fit into one.
    private mutating func take(_ count: Int, _ chunks: inout [PoolChunk], _ buffer: ResultBuffer) {
        let end = position + count
        let part = inputs[position..<end]
        let isWhole = builder.add(part)
        if isWhole {
            position = end
        } else {
            while position < end {
                do {
                    let input = part[part.startIndex + position - end + count]
                    if let chunk = try builder.add(input) { chunks.append(chunk) }
                } catch {
                    if let chunk = builder.skip() { chunks.append(chunk) }
                    buffer.lose(position, .unencodableItem(position, error))
                }
                position += 1
                // A chunk whose size is open does not grow beyond its bytes.
                if builder.chunkSize == nil, builder.size >= Self.mostBytes { break }
            }
        }
        // One by one, the builder ends a chunk of a given size itself; at the end it may be smaller.
        let isOpen = builder.chunkSize == nil || position == inputs.count
        if isWhole || isOpen, let chunk = builder.finish() {
            chunks.append(chunk)
        }
    }
}
