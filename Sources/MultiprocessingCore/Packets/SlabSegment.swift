import Glibc

/// Memory through which a sender's long messages go: slabs, each of which is free or belongs to one message.
///
/// Only data lies there. What belongs to whom is said on channels, so nothing in it has to be believed.
struct SlabSegment {
    static let mostSlabs = 64
    static let largestSlab = 16 << 20

    /// Small enough for the processors' caches, and for both sides to work at the same time.
    static let slabBytes = 256 << 10
    static let slabCount = 16

    let file: SharedDescriptor
    private let mapping: SharedMapping
    /// The one that was used last is taken first, because it is still in a cache.
    private var free = Array((0..<Self.slabCount).reversed())

    init() throws(SystemError) {
        let size = Self.slabCount * Self.slabBytes
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "mp-slabs", count: size))
        self.file = file
        mapping = try SharedMapping(file.descriptor, offset: 0, count: size)
    }

    mutating func take() -> Int? { free.popLast() }

    mutating func give(_ slab: Int) { free.append(slab) }

    /// Copies bytes into a slab.
    func fill(_ slab: Int, with bytes: [UInt8], _ range: Range<Int>) {
        unsafe bytes.withUnsafeBytes { bytes in
            let source = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
            unsafe mapping.bytes(at: slab * Self.slabBytes, count: range.count).copyMemory(from: source)
        }
    }
}

/// The segments of other senders that were mapped here most recently.
struct SegmentCache {
    /// By what the kernel knows a file, as long as it is mapped.
    private struct Key: Equatable {
        let device: UInt
        let number: UInt
    }

    private static let most = 4
    private var entries: [(key: Key, mapping: SharedMapping)] = []

    /// Maps a segment, if its memory is what the header says and stays so.
    mutating func map(_ file: SharedDescriptor, _ header: PacketHeader) throws(TransportFailure)
        -> SharedMapping
    {
        let size = Int(header.slabBytes) * Int(header.slabCount)
        var status = stat()
        guard unsafe fstat(file.raw, &status) == 0 else { throw .system(.last("fstat")) }
        guard status.st_size == size, file.hasFixedSize else {
            throw .wire(.malformed("a segment that is not memory of \(size) bytes for good"))
        }
        let key = Key(device: UInt(status.st_dev), number: UInt(status.st_ino))
        if let index = entries.firstIndex(where: { $0.key == key && $0.mapping.count == size }) {
            let entry = entries.remove(at: index)
            entries.append(entry)
            return entry.mapping
        }
        do throws(SystemError) {
            let mapping = try SharedMapping(file.descriptor, offset: 0, count: size, writable: false)
            if entries.count == Self.most { entries.removeFirst() }
            entries.append((key, mapping))
            return mapping
        } catch {
            throw .system(error)
        }
    }
}
