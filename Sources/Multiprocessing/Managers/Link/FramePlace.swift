import MultiprocessingCore

/// Where a frame lies in a message.
struct FramePlace: Sendable {
    let kind: ManagerFrame
    let body: Range<Int>

    /// Calls the body with each frame of a message, in order, when all of them have been checked.
    ///
    /// - Throws: a `WireError` if the bytes are not frames and nothing else; what the body throws.
    static func visit(_ bytes: [UInt8], _ body: (ManagerFrame, Range<Int>) throws -> Void) throws {
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            while !reader.isAtEnd { _ = try next(&reader) }
            reader = ByteReader(raw)
            while !reader.isAtEnd {
                let frame = try next(&reader)
                try body(frame.kind, frame.body)
            }
        }
    }

    private static func next(_ reader: inout ByteReader) throws(WireError) -> FramePlace {
        guard let kind = ManagerFrame(rawValue: try reader.read()) else {
            throw .malformed("a frame of an unknown kind")
        }
        let length = try reader.read(UInt64.self)
        guard length <= UInt64(reader.remaining) else { throw .truncated }
        let start = reader.offset
        try reader.skip(Int(length))
        return FramePlace(kind: kind, body: start..<reader.offset)
    }
}

/// A part of a message that came, to be read when its reader is there.
struct FrameSlice: Sendable {
    let message: IncomingMessage
    var range: Range<Int>

    /// Reads from the front; what was read is gone if that succeeds.
    mutating func read<Value>(
        _ body: (inout MessageReader) throws -> Value
    ) throws -> Value {
        var offset = 0
        let value = try message.bytes.withUnsafeBytes { bytes in
            var reader = MessageReader(
                ByteReader(UnsafeRawBufferPointer(rebasing: bytes[range])), attachments: message.descriptors)
            let value = try body(&reader)
            offset = reader.bytes.offset
            return value
        }
        range = (range.lowerBound + offset)..<range.upperBound
        return value
    }
}
