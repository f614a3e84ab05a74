import MultiprocessingCore

/// Memory for arguments that are used as they lie there; it serves one chunk after the other.
final class AlignedScratch {
    private static let alignment = 16
    /// Longer memory is not kept for the next chunk.
    private static let most = 1 << 20

    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: alignment)

    deinit {
        unsafe memory.deallocate()
    }

    /// A copy of the bytes, aligned for every plain number; valid until the next call.
    @unsafe func copy(of bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        if unsafe bytes.count > memory.count || memory.count > Self.most {
            unsafe memory.deallocate()
            unsafe memory = .allocate(byteCount: max(bytes.count, 1 << 16), alignment: Self.alignment)
        }
        unsafe memory.copyMemory(from: bytes)
        return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes.count])
    }
}
