import Glibc

/// Memory of arrays, as the kernel sees it.
enum Memory {
    private static let hugePage = 2 << 20

    /// An array of this length whose memory is taken when it is written to.
    static func unset(_ count: Int) -> [UInt8] {
        // Any bits are bytes.
        unsafe [UInt8](unsafeUninitializedCapacity: count) { $1 = count }
    }

    /// Makes room for so many bytes in an array, which memory is taken for as they come; false when there cannot be
    /// so much.
    static func reserve(_ count: Int, in array: inout [UInt8]) -> Bool {
        guard hasRoom(count) else { return false }
        array.reserveCapacity(count)
        preferHugePages(&array)
        return true
    }

    /// Whether there can be an array of so many bytes: one for which there is no room ends the process.
    static func hasRoom(_ count: Int) -> Bool {
        guard count >= hugePage else { return true }
        let probe = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard unsafe probe != MAP_FAILED else { return false }
        unsafe munmap(probe, count)
        return true
    }

    /// Asks for huge pages in the room of a long array that is mostly empty.
    private static func preferHugePages(_ array: inout [UInt8]) {
        let capacity = array.capacity
        unsafe array.withUnsafeMutableBufferPointer { buffer in
            unsafe preferHugePages(UnsafeRawBufferPointer(start: buffer.baseAddress, count: capacity))
        }
    }

    /// Asks for huge pages in memory that has not been written to, if it is long: each saves 512 faults.
    static func preferHugePages(_ room: UnsafeRawBufferPointer) {
        guard room.count >= 2 * hugePage, let base = room.baseAddress else { return }
        let start = Int(bitPattern: base)
        let first = (start + hugePage - 1) & ~(hugePage - 1)
        let end = (start + room.count) & ~(hugePage - 1)
        // Advice only; it may be refused. The range lies inside the room.
        if end > first, let place = unsafe UnsafeMutableRawPointer(bitPattern: first) {
            _ = unsafe madvise(place, end - first, MADV_HUGEPAGE)
        }
    }

    /// Lets the pieces of memory that are allocated next, so many bytes together, have huge pages if they are fresh.
    ///
    /// The advice has to come before: the allocator writes in front of each piece, and where a small page is, no
    /// huge one can be any more.
    static func prepareRoom(_ count: Int) {
        // The first one may be given back to the system as a whole, and the allocator keeps the next one then.
        for _ in 0..<2 {
            let block = unset(count)
            unsafe block.withUnsafeBytes { unsafe preferHugePages($0) }
        }
    }
}
