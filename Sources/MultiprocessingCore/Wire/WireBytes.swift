/// The bytes of a message: those that were written one after another, and long arrays between them.
///
/// The arrays are not copied before the message goes, so they are copied once.
package struct WireBytes: Sendable {
    /// A long array in its place.
    package struct Insert: Sendable {
        /// How many of the written bytes stand before it.
        package let offset: Int
        package let array: LongArray

        package init(_ array: LongArray, at offset: Int) {
            self.array = array
            self.offset = offset
        }
    }

    /// The bytes that were written.
    package let bytes: [UInt8]
    package let inserts: [Insert]
    /// All bytes, those of the arrays among them.
    package let count: Int

    package init(_ bytes: [UInt8], _ inserts: [Insert] = []) {
        self.bytes = bytes
        self.inserts = inserts
        count = inserts.reduce(bytes.count) { $0 + $1.array.count }
    }

    /// Calls `body` with one run of bytes after the other.
    func forEachPiece<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(Failure) in
            var start = 0
            for insert in inserts {
                try unsafe body(UnsafeRawBufferPointer(rebasing: raw[start..<insert.offset]))
                try unsafe insert.array.withBytes(body)
                start = insert.offset
            }
            try unsafe body(UnsafeRawBufferPointer(rebasing: raw[start...]))
        }
    }

    /// The message in pieces that keep their memory.
    var pieces: [LongArray] {
        if inserts.isEmpty { return bytes.isEmpty ? [] : [LongArray(bytes)] }
        var pieces: [LongArray] = []
        var start = 0
        for insert in inserts {
            pieces.append(LongArray(Array(bytes[start..<insert.offset])))
            pieces.append(insert.array)
            start = insert.offset
        }
        pieces.append(LongArray(Array(bytes[start...])))
        return pieces.filter { $0.count > 0 }
    }

    /// A copy of a message that is nothing but an array, and may change meanwhile; nil for every other one.
    init?(copyingWhole message: UnsafeRawBufferPointer) {
        guard message.count >= plainArrayHeadSize,
            let type = unsafe WireTag(rawValue: message[1])?.plainArray,
            let array = unsafe type.copy(ofWhole: message)
        else { return nil }
        var head = ByteWriter()
        array.array.writeHead(to: &head)
        self.init(head.bytes, [Insert(array, at: head.count)])
    }

    /// The array that the message is, and nothing else, if it is of this type.
    func whole<Value>(of type: Value.Type) -> Value? {
        guard inserts.count == 1, bytes.count == plainArrayHeadSize, inserts[0].offset == bytes.count else {
            return nil
        }
        return inserts[0].array.taken(as: type)
    }

    /// The message in one piece.
    package var flattened: [UInt8] {
        if inserts.isEmpty { return bytes }
        var whole = ByteWriter()
        whole.reserve(count)
        unsafe forEachPiece { unsafe whole.append(contentsOf: $0) }
        return whole.bytes
    }
}
