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
        if count >= hugePage {
            // An array ends the process when there is no room, so the system is asked first.
            let probe = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard unsafe probe != MAP_FAILED else { return false }
            unsafe munmap(probe, count)
        }
        array.reserveCapacity(count)
        preferHugePages(&array)
        return true
    }

    /// Asks for huge pages in the room of a long array that is mostly empty: each saves 512 faults.
    private static func preferHugePages(_ array: inout [UInt8]) {
        let capacity = array.capacity
        guard capacity >= 2 * hugePage else { return }
        unsafe array.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let start = Int(bitPattern: base)
            let first = (start + hugePage - 1) & ~(hugePage - 1)
            let end = (start + capacity) & ~(hugePage - 1)
            // Advice only; it may be refused. The range lies inside the array's own room.
            if end > first, let place = unsafe UnsafeMutableRawPointer(bitPattern: first) {
                _ = unsafe madvise(place, end - first, MADV_HUGEPAGE)
            }
        }
    }
}
