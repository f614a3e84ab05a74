import MultiprocessingCore

/// What stands in front of a chunk's items.
struct ChunkHead {
    let definition: UInt64
    let id: UInt64
    let count: Int
    let form: ChunkForm
    /// How many descriptors come with it.
    let attachments: Int
    /// The number that all chunks of a call have in common.
    let call: UInt64
    /// Bytes of the items.
    let size: Int

    /// Reads the head of a message; nil for one that is too short.
    init?(_ payload: UnsafeRawBufferPointer) {
        guard payload.count >= ChunkPayload.headerSize else { return nil }
        unsafe definition = payload.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        unsafe id = payload.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        unsafe count = Int(payload.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
        unsafe form = ChunkForm(rawValue: payload.loadUnaligned(fromByteOffset: 20, as: UInt16.self))
        unsafe attachments = Int(payload.loadUnaligned(fromByteOffset: 22, as: UInt16.self))
        unsafe call = payload.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        size = payload.count - ChunkPayload.headerSize
    }
}
