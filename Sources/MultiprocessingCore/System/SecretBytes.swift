import Glibc

/// Bytes that are to be found nowhere else: in no core file, and not in memory any more once nobody holds them.
@safe package final class SecretBytes: Sendable {
    package let count: Int
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer

    /// Takes memory for them and lets `fill` write all of it.
    package init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) throws(SystemError) {
        let page = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let base = unsafe page, unsafe base != MAP_FAILED else { throw .last("mmap") }
        // A kernel without core files need not know of it.
        unsafe madvise(base, count, MADV_DONTDUMP)
        self.count = count
        // Written here and at the end only, and read in between, from any thread.
        unsafe self.base = base
        unsafe fill(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    deinit {
        unsafe explicit_bzero(base, count)
        unsafe munmap(base, count)
    }

    /// So many bytes that nobody can guess: the system's generator is the kernel's.
    package static func random(count: Int) throws(SystemError) -> SecretBytes {
        try unsafe SecretBytes(count: count) { buffer in
            var generator = SystemRandomNumberGenerator()
            for index in 0..<buffer.count { unsafe buffer[index] = generator.next() }
        }
    }

    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Compares without telling by its time where the difference lies.
    package func equals(_ other: SecretBytes) -> Bool {
        unsafe withBytes { left in
            unsafe other.withBytes { right in unsafe ConstantTime.areEqual(left.bytes, right.bytes) }
        }
    }
}
