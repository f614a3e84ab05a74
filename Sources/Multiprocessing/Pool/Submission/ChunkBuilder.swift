import MultiprocessingCore

/// Cuts the inputs of one call into chunks, encoding them as they come.
struct ChunkBuilder<Body: PortableBody> {
    private let core: PoolCore
    private let options: CallOptions
    private let definition: Definition
    private let chunkSize: Int
    /// Whether a chunk may have fewer items than that, so that its descriptors can travel.
    private let isFlexible: Bool
    private let timeout: Duration?
    private let sink: any ChunkSink
    private var id: UInt64
    private var payload: ChunkPayload
    private var firstItem = 0

    init(
        _ site: PoolCallSite, _ definition: Definition, chunkSize: Int, isFlexible: Bool, timeout: Duration?,
        sink: any ChunkSink
    ) {
        core = site.core
        options = site.options
        self.definition = definition
        self.chunkSize = chunkSize
        self.isFlexible = isFlexible
        self.timeout = timeout
        self.sink = sink
        id = core.makeID()
        payload = ChunkPayload(
            chunk: id, definition: definition.id, isTimed: timeout != nil, memory: core.buffers.take())
    }

    /// The index of the next item.
    var nextItem: Int { firstItem + payload.count }

    /// Adds an item; gives the chunk back when it is full.
    ///
    /// - Throws: what the encoding of the item throws; the item is left out then.
    mutating func add(_ arguments: Body.Arguments) throws -> PoolChunk? {
        do {
            try payload.append { try Body.encode(arguments, into: &$0) }
        } catch WireError.tooLarge where isFlexible && payload.count > 0 {
            return try addToNext(arguments)
        }
        return payload.count < chunkSize ? nil : finish()
    }

    /// Gives the chunk back as it is and begins the next one with the item, if that fits into one at all.
    private mutating func addToNext(_ arguments: Body.Arguments) throws -> PoolChunk? {
        let nextID = core.makeID()
        var next = ChunkPayload(chunk: nextID, definition: definition.id, isTimed: timeout != nil)
        try next.append { try Body.encode(arguments, into: &$0) }
        let full = finish()
        (id, payload) = (nextID, next)
        return full
    }

    /// Leaves the next item out: its index is passed over, and the chunk before it, if any, is given back.
    mutating func skip() -> PoolChunk? {
        let chunk = finish()
        firstItem += 1
        return chunk
    }

    /// The items that have not been given back yet.
    mutating func finish() -> PoolChunk? {
        guard payload.count > 0 else { return nil }
        let chunk = PoolChunk(
            id: id, definition: definition, payload: payload.bytes, attachments: payload.attachments,
            firstItem: firstItem, count: payload.count, timeout: timeout, options: options, sink: sink)
        firstItem += payload.count
        id = core.makeID()
        payload = ChunkPayload(
            chunk: id, definition: definition.id, isTimed: timeout != nil, memory: core.buffers.take())
        return chunk
    }
}
