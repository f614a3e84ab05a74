import MultiprocessingCore

/// Cuts the inputs of one call into chunks, encoding them as they come.
struct ChunkBuilder<Body: PortableBody> {
    private let core: PoolCore
    private let options: CallOptions
    private let terms: CallTerms?
    private let definition: Definition
    /// How many items a chunk has; nil where that is found out as the call goes on.
    var chunkSize: Int?
    /// Whether items travel together only as long as nobody notices: a part of a chunk can go elsewhere at any time.
    let isGrouped: Bool
    /// Whether a chunk may have fewer items than that, so that its descriptors can travel.
    private let isFlexible: Bool
    private let timeout: Duration?
    private let sink: any ChunkSink
    private let packing = Body.packing
    private var id: UInt64
    private var payload: ChunkPayload
    private var firstItem = 0

    init(
        _ site: PoolCallSite, _ terms: CallTerms?, _ definition: Definition, chunkSize: Int?,
        isFlexible: Bool, isQuiet: Bool, isGrouped: Bool, timeout: Duration?, sink: any ChunkSink
    ) {
        core = site.core
        options = site.options
        self.terms = terms
        self.definition = definition
        self.chunkSize = chunkSize
        self.isFlexible = isFlexible
        self.isGrouped = isGrouped
        self.timeout = timeout
        self.sink = sink
        id = core.makeID()
        payload = ChunkPayload(
            chunk: id, of: core.makeID(), definition: definition.id,
            form: Self.form(
                packing, isTimed: timeout != nil, isMeasured: chunkSize != 1 || isGrouped,
                isCollected: isQuiet || chunkSize == nil, isQuiet: isQuiet && chunkSize != nil,
                isDivisible: isGrouped))
    }

    private static func form(
        _ packing: PackedLayout?, isTimed: Bool, isMeasured: Bool, isCollected: Bool, isQuiet: Bool,
        isDivisible: Bool
    ) -> ChunkForm {
        var form: ChunkForm = packing == nil ? [] : .packed
        if isTimed { form.insert(.timed) }
        if isMeasured { form.insert(.measured) }
        if isCollected { form.insert(.collected) }
        if isQuiet { form.insert(.quiet) }
        if isDivisible { form.insert(.divisible) }
        return form
    }

    /// The index of the next item.
    var nextItem: Int { firstItem + payload.count }
    /// How many items have not been given back yet.
    var count: Int { payload.count }
    /// Bytes of the items that have not been given back yet.
    var size: Int { payload.size }

    /// Adds an item; gives the chunk back when it is full.
    ///
    /// - Throws: what the encoding of the item throws; the item is left out then.
    mutating func add(_ arguments: Body.Arguments) throws -> PoolChunk? {
        if packing != nil {
            unsafe withUnsafeBytes(of: arguments) { unsafe payload.append(packed: $0, count: 1) }
        } else {
            do {
                try payload.append { try Body.encode(arguments, into: &$0) }
            } catch WireError.tooLarge where isFlexible && payload.count > 0 {
                return try addToNext(arguments)
            }
        }
        return payload.count < chunkSize ?? .max ? nil : finish()
    }

    /// Adds many items at once that lie side by side; false if they have to be encoded.
    mutating func add(_ arguments: ArraySlice<Body.Arguments>) -> Bool {
        guard packing != nil else { return false }
        unsafe arguments.withUnsafeBytes { unsafe payload.append(packed: $0, count: arguments.count) }
        return true
    }

    /// Gives the chunk back as it is and begins the next one with the item, if that fits into one at all.
    private mutating func addToNext(_ arguments: Body.Arguments) throws -> PoolChunk? {
        let nextID = core.makeID()
        var next = payload.successor(chunk: nextID)
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
        var chunk = PoolChunk(
            id: id, definition: definition, payload: payload.bytes, attachments: payload.attachments,
            firstItem: firstItem, count: payload.count, timeout: timeout, options: options,
            terms: terms, sink: sink)
        chunk.isDivisible = isGrouped && chunk.count > 1
        firstItem += payload.count
        id = core.makeID()
        let isLong = chunk.payload.count >= BufferPool.least
        payload = payload.successor(chunk: id, memory: isLong ? core.buffers.take() : [])
        return chunk
    }
}
