import MultiprocessingCore

/// A few bytes without memory of their own.
///
/// Many answers are taken in at once and used one by one, by tasks on other processors: if each of them referred to the
/// message that they came in, the processors would take its count of references from each other all the time.
struct ShortBytes: Sendable {
    static let limit = 24

    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private let count: UInt8

    /// Copies bytes; nil if they are too many.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.limit else { return nil }
        count = UInt8(bytes.count)
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
    }

    /// Calls the body with a reader of the bytes, which come without descriptors.
    func withReader<Value>(_ body: (inout MessageReader) throws -> Value) throws -> Value {
        try withUnsafeBytes(of: words) { bytes in
            var reader = MessageReader(
                ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<Int(count)])), attachments: [])
            return try body(&reader)
        }
    }
}
