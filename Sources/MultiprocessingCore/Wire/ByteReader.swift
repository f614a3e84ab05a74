/// A cursor over bytes from outside: every read is checked against the end, nothing traps.
///
/// It borrows the bytes: the caller keeps them alive while it reads.
@safe @usableFromInline package struct ByteReader {
    @usableFromInline package let bytes: UnsafeRawBufferPointer
    @usableFromInline package internal(set) var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    /// A cursor that starts inside; an offset beyond the end is one at which every read fails.
    package init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        unsafe self.bytes = bytes
        self.offset = offset
    }

    @inlinable package var remaining: Int { unsafe bytes.count - offset }
    @inlinable package var isAtEnd: Bool { remaining <= 0 }

    /// Reads the bytes of a plain value; only for types for which every bit pattern is a value.
    @inlinable
    package mutating func read<Value: BitwiseCopyable>(_ type: Value.Type = Value.self) throws(WireError)
        -> Value
    {
        guard remaining >= MemoryLayout<Value>.size else { throw .truncated }
        // In bounds by the line above, and the caller promises that any bits are a `Value`.
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
        return try readText(Int(count))
    }

    /// Goes on behind the next `count` bytes.
    @inlinable
    package mutating func skip(_ count: Int) throws(WireError) {
        guard count >= 0, count <= remaining else { throw .truncated }
        offset += count
    }

    /// The next `count` bytes as a string, validated.
    mutating func readText(_ count: Int) throws(WireError) -> String {
        let text = try unsafe readBytes(count).assumingMemoryBound(to: UInt8.self)
        do {
            // Much faster than `String(validating:as:)`, which is not specialised in the standard library.
            return String(copying: try UTF8Span(validating: unsafe Span(_unsafeElements: text)))
        } catch {
            throw .malformed("a string that is not UTF-8")
        }
    }

    /// Reads a length that the bytes after it can satisfy, so that whoever allocates by it may trust it.
    mutating func readLength() throws(WireError) -> Int {
        let length = try read(UInt64.self)
        guard length <= UInt64(max(remaining, 0)) else { throw .truncated }
        return Int(length)
    }

    /// Reads what `ByteWriter.append(shortLength:)` wrote, checked like `readLength()`.
    mutating func readShortLength() throws(WireError) -> Int {
        let first = try read(UInt8.self)
        guard first == UInt8.max else {
            guard Int(first) <= remaining else { throw .truncated }
            return Int(first)
        }
        let length = try readLength()
        guard length >= UInt8.max else { throw .malformed("a length that is not in its shortest form") }
        return length
    }
}
