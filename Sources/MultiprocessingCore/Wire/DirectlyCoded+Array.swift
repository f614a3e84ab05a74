/// Arrays of plain numbers are one copy in either direction.
extension Array: DirectlyCoded where Element: PlainNumber {
    func write(to writer: inout ByteWriter) {
        unsafe withUnsafeBytes { raw in
            unsafe writer.append(.packed, of: Element.wireTag, count: count, bytes: raw)
        }
    }

    static func matches(_ tag: WireTag, in body: ByteReader) -> Bool {
        body.isPacked(tag, of: Element.wireTag)
    }

    static func read(_ tag: WireTag, from body: inout ByteReader) throws(WireError) -> [Element] {
        let raw = try unsafe body.readPacked(tag)
        guard unsafe Element.accepts(raw) else { throw .malformed("an array with an impossible element") }
        return unsafe [Element](unsafeUninitializedCapacity: raw.count / MemoryLayout<Element>.stride) {
            unsafe Memory.preferHugePages(UnsafeRawBufferPointer($0))
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
    /// Whether a value is nothing but numbers of one kind that lie side by side.
    ///
    /// An unkeyed container that consists of one run, as `Data` writes it, is such a value too.
    func isPacked(_ tag: WireTag, of element: WireTag) -> Bool {
        var body = self
        switch tag {
        case .packed:
            return (try? body.readTag()) == element
        case .unkeyed:
            guard let length = try? body.readLength() else { return false }
            let end = body.offset + length
            guard let total = try? body.read(UInt64.self), (try? body.readTag()) == .run,
                let header = try? body.readPackedHeader()
            else { return false }
            return header.element == element && header.count == total && body.offset + header.byteCount == end
        default:
            return false
        }
    }

    /// Reads the bytes of a value that is packed.
    mutating func readPacked(_ tag: WireTag) throws(WireError) -> UnsafeRawBufferPointer {
        if tag == .unkeyed {
            // The body's length and the element count, which `isPacked` has compared with the run's, its tag.
            try skip(2 * MemoryLayout<UInt64>.size + 1)
        }
        return try unsafe readBytes(try readPackedHeader().byteCount)
    }
}
