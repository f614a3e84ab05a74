/// A long array of plain numbers that goes into a message as it lies in memory, and not before the message goes.
package struct LongArray: Sendable {
    private let array: any PlainArray
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
