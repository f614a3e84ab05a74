import MultiprocessingCore

/// What a manager and its clients say to each other: frames, of which a message holds one or several.
enum ManagerFrame: UInt8 {
    /// The client's number for the name of a method, before its first use.
    case target = 1
    case call
    /// Nobody waits for a call any more.
    case cancel
    /// A client has let go of all that it was given of an object.
    case release
    /// A client has got an object from elsewhere than the manager.
    case claim
    /// A client has put an object into a message, where it lives until somebody claims it.
    case lend
    /// A question about names, or about the manager itself.
    case request
    /// A closure that makes an object; on inherited channels only.
    case create
    /// Who the client is; the first frame of all.
    case introduce

    /// The value of a call.
    case value = 16
    /// The end of a call that returns nothing.
    case nothing
    case failure

    /// The longest frame's length is that of the message; this many bytes stand before each.
    static let headerSize = 9
}

extension ByteWriter {
    /// Appends a frame; when the body throws, nothing was appended.
    mutating func append(_ kind: ManagerFrame, _ body: (inout ByteWriter) throws -> Void) rethrows {
        let start = count
        append(kind.rawValue)
        append(UInt64(0))
        do {
            try body(&self)
        } catch {
            truncate(to: start)
            throw error
        }
        overwrite(at: start + 1, with: UInt64(count - start - ManagerFrame.headerSize))
    }
}

/// Where a frame lies in a message.
struct FramePlace: Sendable {
    let kind: ManagerFrame
    let body: Range<Int>

    /// The frames of a message, in order.
    ///
    /// - Throws: a `WireError` if the bytes are not frames and nothing else.
    static func all(in bytes: [UInt8]) throws(WireError) -> [FramePlace] {
        try bytes.span.bytes.withUnsafeBytes { raw throws(WireError) in
            var reader = ByteReader(raw)
            var places: [FramePlace] = []
            while !reader.isAtEnd {
                guard let kind = ManagerFrame(rawValue: try reader.read()) else {
                    throw .malformed("a frame of an unknown kind")
                }
                let length = try reader.read(UInt64.self)
                guard length <= UInt64(reader.remaining) else { throw .truncated }
                let start = reader.offset
                _ = try reader.readBytes(Int(length))
                places.append(FramePlace(kind: kind, body: start..<reader.offset))
            }
            return places
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
