/// A long array of plain numbers that goes into a message as it lies in memory, and not before the message goes.
package struct LongArray: Sendable {
    let array: any PlainArray
    package let count: Int

    init(_ array: some PlainArray) {
        self.array = array
        count = array.byteCount
    }

    /// Calls `body` with the bytes.
    package func withBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try unsafe array.withElements(body)
    }
}

extension LongArray {
    /// The array itself, if it is of this type.
    package func taken<Value>(as type: Value.Type) -> Value? {
        array.taken(as: type)
    }
}

extension PlainArray {
    fileprivate func taken<Value>(as type: Value.Type) -> Value? {
        // Both are the same type then.
        Self.self == Value.self ? unsafe unsafeBitCast(self, to: Value.self) : nil
    }
}

extension WireBytes.Insert {
    /// The array, if a value of this type is next and is this one; the reader goes on behind it then.
    package func value<Value>(of type: Value.Type, at reader: inout ByteReader) -> Value? {
        guard offset == reader.offset + plainArrayHeadSize, let value = array.taken(as: type),
            (try? reader.skip(plainArrayHeadSize)) != nil
        else { return nil }
        return value
    }
}

extension ByteWriter {
    /// Writes a value that is a long array except for its elements, which belong right behind.
    ///
    /// - Returns: the elements; nil, with nothing written, for every other value.
    package mutating func appendHead<Value>(of value: Value, ifAtLeast count: Int) -> LongArray? {
        // An array is one reference, and most values are not.
        guard MemoryLayout<Value>.size == MemoryLayout<Int>.size,
            let type = DirectTypes.standard.find(Value.self)?.plainArray
        else { return nil }
        return type.appendHead(of: value, ifAtLeast: count, to: &self)
    }
}

extension PlainArray {
    /// The same for a value whose type has been found to be this one.
    fileprivate static func appendHead<Value>(
        of value: Value, ifAtLeast count: Int, to writer: inout ByteWriter
    ) -> LongArray? {
        // Both are the same type.
        let array = unsafe unsafeBitCast(value, to: Self.self)
        guard array.byteCount >= count else { return nil }
        array.writeHead(to: &writer)
        return LongArray(array)
    }
}
