import CMultiprocessing

/// One file that the loader has mapped: the executable or a shared object.
package struct LoadedImage: Sendable {
    /// A mapped run of addresses.
    package struct Segment: Sendable {
        package let range: Range<UInt>
        package let isReadable: Bool
        package let isExecutable: Bool
        package let isWritable: Bool
    }

    /// The path as the loader knows it; empty for the executable.
    package let path: String
    /// What is added to an offset to get an address.
    package let base: UInt
    /// A hash that two builds of the file do not share.
    package let identity: UInt64
    package let segments: [Segment]

    package var isExecutable: Bool { path.isEmpty }

    /// The last part of the path.
    package var name: String {
        isExecutable ? "of the program" : String(path.split(separator: "/").last ?? "without a name")
    }

    init(_ image: mp_image) {
        let headers = unsafe UnsafeBufferPointer(start: image.headers, count: image.header_count)
        let base = unsafe UInt(image.base)
        unsafe path = String(cString: image.name)
        self.base = base
        segments = unsafe headers.compactMap { header in
            guard header.p_type == UInt32(PT_LOAD), header.p_memsz > 0 else { return nil }
            let start = base &+ UInt(header.p_vaddr)
            return Segment(
                range: start..<(start &+ UInt(header.p_memsz)),
                isReadable: header.p_flags & UInt32(PF_R) != 0,
                isExecutable: header.p_flags & UInt32(PF_X) != 0,
                isWritable: header.p_flags & UInt32(PF_W) != 0)
        }
        unsafe identity = ImageIdentity.buildID(headers, base: base) ?? ImageIdentity.contents(of: segments)
    }

    /// The segment that holds all `count` bytes from `address` on.
    func segment(containing address: UInt, count: Int) -> Segment? {
        segments.first { segment in
            segment.range.contains(address) && UInt(count) <= segment.range.upperBound - address
        }
    }
}
