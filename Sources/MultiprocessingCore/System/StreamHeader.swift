import CMultiprocessing

/// What a message begins with in a stream of bytes; its magic tells ours from foreign bytes.
struct StreamHeader: BitwiseCopyable, Hashable {
    static let magic: UInt32 = 0x3167_734D
    static let size = 16

    var magic = StreamHeader.magic
    var descriptors: UInt32
    var length: UInt64

    /// Refuses what no writer of this version writes, and what is too long for the reader.
    func check(limit: Int) throws(WireError) {
        guard magic == Self.magic else { throw .malformed("a message of another program") }
        guard descriptors <= UInt32(MP_MAXIMUM_DESCRIPTORS) else {
            throw .malformed("a message with \(descriptors) descriptors")
        }
        guard length <= UInt64(limit) else { throw .tooLarge("a message of \(length) bytes") }
    }
}
