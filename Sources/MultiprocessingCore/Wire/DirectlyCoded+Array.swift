/// Arrays of plain numbers are one copy in either direction.
extension Array: DirectlyCoded where Element: PlainNumber {
    func write(to writer: inout ByteWriter) {
        unsafe withUnsafeBytes { raw in
            unsafe writer.append(.packed, of: Element.wireTag, count: count, bytes: raw)
        }
    }

    static func read(_ tag: WireTag, from reader: inout ByteReader) throws(WireError) -> [Element]? {
        guard let raw = try unsafe reader.readPacked(tag, of: Element.wireTag) else { return nil }
        guard unsafe Element.accepts(raw) else { throw .malformed("an array with an impossible element") }
        return unsafe [Element](unsafeUninitializedCapacity: raw.count / MemoryLayout<Element>.stride) {
            // The capacity was computed from this very byte count; plain numbers have no padding.
            unsafe UnsafeMutableRawBufferPointer($0).copyMemory(from: raw)
            $1 = raw.count / MemoryLayout<Element>.stride
        }
    }
}

extension ByteWriter {
    /// Appends plain numbers side by side, as a whole array or as a run of an unkeyed container.
    mutating func append(_ tag: WireTag, of element: WireTag, count: Int, bytes raw: UnsafeRawBufferPointer) {
        reserveTail(raw.count + 16)
        append(tag)
        append(element)
        append(UInt64(count))
        unsafe append(contentsOf: raw)
    }
}

extension ByteReader {
    /// The bytes of numbers that lie side by side, or nil if the value has another shape or element type.
    ///
    /// An unkeyed container that consists of one run, as `Data` writes it, is such a value too.
    mutating func readPacked(_ tag: WireTag, of element: WireTag) throws(WireError) -> UnsafeRawBufferPointer?
    {
        switch tag {
        case .packed:
            let header = try readPackedHeader()
            guard header.element == element else { return nil }
            return try unsafe readBytes(header.byteCount)
        case .unkeyed:
            let end = try readLength() + offset
            let total = try read(UInt64.self)
            guard !isAtEnd, try readTag() == .run else { return nil }
            let header = try readPackedHeader()
            guard header.element == element, header.count == total, offset + header.byteCount == end else {
                return nil
            }
            return try unsafe readBytes(header.byteCount)
        default:
            return nil
        }
    }
}
