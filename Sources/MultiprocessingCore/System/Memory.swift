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

    /// The same for pieces that together are long, where they lie one behind the other.
    static func preferHugePages(under pieces: [UnsafeRawBufferPointer]) {
        // What the allocator keeps between two of its blocks.
        let gap = 2 * 4096
        var joined: UnsafeRawBufferPointer?
        let sorted = unsafe pieces.sorted {
            Int(bitPattern: $0.baseAddress) < Int(bitPattern: $1.baseAddress)
        }
        for index in unsafe sorted.indices {
            let piece = unsafe sorted[index]
            guard let last = unsafe joined else {
                unsafe joined = piece
                continue
            }
            let (start, next) = (Int(bitPattern: last.baseAddress), Int(bitPattern: piece.baseAddress))
            if next - start - last.count <= gap {
                unsafe joined = UnsafeRawBufferPointer(
                    start: last.baseAddress, count: next + piece.count - start)
            } else {
                unsafe preferHugePages(last)
                unsafe joined = piece
            }
        }
        if let last = unsafe joined { unsafe preferHugePages(last) }
    }
}
