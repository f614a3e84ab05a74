/// A cursor over bytes from outside: every read is checked against the end, nothing traps.
///
/// It borrows the bytes: the caller keeps them alive while it reads.
@safe package struct ByteReader {
    package let bytes: UnsafeRawBufferPointer
    package private(set) var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    package var remaining: Int { unsafe bytes.count - offset }
    package var isAtEnd: Bool { remaining == 0 }

    /// Reads the bytes of a plain value; only for types for which every bit pattern is a value.
    package mutating func read<Value: BitwiseCopyable>(_ type: Value.Type = Value.self) throws(WireError) -> Value {
        guard remaining >= MemoryLayout<Value>.size else { throw .truncated }
        let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += MemoryLayout<Value>.size
        return value
    }

    /// The next `count` bytes, in place.
    package mutating func readBytes(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { offset += count }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
    }

    /// Reads what `ByteWriter.append(string:)` wrote.
    package mutating func readString() throws(WireError) -> String {
        let count = try read(UInt32.self)
        let text = try unsafe readBytes(Int(count))
        guard let string = unsafe String(validating: text, as: UTF8.self) else {
            throw .malformed("a string that is not UTF-8")
        }
        return string
    }
}
