import MultiprocessingCore

/// Where a frame lies in a message.
struct FramePlace: Sendable {
    let kind: ManagerFrame
    let body: Range<Int>

    /// Calls the body with each frame of a message, in order, when all of them have been checked.
    ///
    /// - Throws: a `WireError` if the bytes are not frames and nothing else; what the body throws.
    static func visit(_ bytes: [UInt8], _ body: (ManagerFrame, Range<Int>) throws -> Void) throws {
        var place = 0
        while place < bytes.count { place = try frame(at: place, in: bytes).body.upperBound }
        place = 0
        while place < bytes.count {
            let frame = try frame(at: place, in: bytes)
            place = frame.body.upperBound
            try body(frame.kind, frame.body)
        }
    }

    private static func frame(at place: Int, in bytes: [UInt8]) throws(WireError) -> FramePlace {
        try bytes.span.bytes.withUnsafeBytes { raw throws(WireError) in
            var reader = ByteReader(raw, at: place)
            guard let kind = ManagerFrame(rawValue: try reader.read()) else {
                throw .malformed("a frame of an unknown kind")
            }
            let length = try reader.read(UInt64.self)
            guard length <= UInt64(reader.remaining) else { throw .truncated }
            return FramePlace(kind: kind, body: reader.offset..<(reader.offset + Int(length)))
        }
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
