/// Finding one's way between encoded values without decoding them.
extension ByteReader {
    /// Reads the tag of the value that begins here.
    mutating func readTag() throws(WireError) -> WireTag {
        guard let tag = WireTag(rawValue: try read(UInt8.self)) else { throw .malformed("an unknown tag") }
        return tag
    }

    /// Reads the tag of the value that begins here and says where the value lies.
    mutating func readValue() throws(WireError) -> WireValue {
        let tag = try readTag()
        guard tag != .run else { throw .malformed("a run outside of an unkeyed container") }
        return WireValue(tag, body: offset)
    }

    /// Goes on behind a value whose tag has just been read.
    ///
    /// A loop, not a recursion: containers know their length, and only prefixes are followed by a value.
    mutating func skipBody(of tag: WireTag) throws(WireError) {
        var tag = tag
        while tag.isMark { tag = try readValue().tag }
        if let size = tag.fixedSize { return try skip(size) }
        switch tag {
        case .string: try skip(try readShortLength())
        case .packed: try skip(try readPackedHeader().byteCount)
        default: try skip(try readLength())
        }
    }

    /// Reads what stands before numbers that lie side by side.
    mutating func readPackedHeader() throws(WireError) -> PackedHeader {
        let element = try readTag()
        guard element.isPlain, let size = element.fixedSize else {
            throw .malformed("an array of something that does not lie side by side")
        }
        let count = try readLength()
        // No overflow: the count is below the number of bytes in memory, and a size is at most 16.
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, byteCount <= remaining else { throw .truncated }
        return PackedHeader(element: element, size: size, count: count)
    }
}

/// What stands before numbers that lie side by side.
struct PackedHeader {
    let element: WireTag
    /// Bytes per element.
    let size: Int
    let count: Int

    var byteCount: Int { count * size }
}
