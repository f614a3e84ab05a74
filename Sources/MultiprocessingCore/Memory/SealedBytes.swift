import CMultiprocessing
import Glibc

/// Bytes in an anonymous file that nobody can change any more, for every process that gets the file.
package struct SealedBytes: Sendable {
    package let file: SharedDescriptor
    package let count: Int

    /// Copies a message into a file of its own.
    ///
    /// - Throws: also when the machine has no room for it.
    package init(_ message: WireBytes) throws(SystemError) {
        let raw = unsafe mp_anonymous_file("mp-shared")
        guard raw >= 0 else { throw .last("memfd_create") }
        let file = Descriptor(adopting: raw)
        try MemoryReserve.fill(file, count: message.count)
        // Not through a mapping: a file that is mapped to be written cannot be sealed.
        try unsafe message.forEachPiece { (piece) throws(SystemError) in
            try unsafe Self.write(piece, to: file)
        }
        guard mp_seal_contents(file.raw) == 0 else { throw .last("fcntl(F_ADD_SEALS)") }
        count = message.count
        self.file = SharedDescriptor(file)
    }

    /// What another process has sealed.
    package init(_ file: SharedDescriptor, count: Int) {
        self.file = file
        self.count = count
    }

    /// Calls `body` with the bytes, which lie where every process has them.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        try SharedMapping.check(file.descriptor, holds: count)
        let mapping = try SharedMapping(file.descriptor, offset: 0, count: count, writable: false)
        return try withExtendedLifetime(mapping) {
            try unsafe body(UnsafeRawBufferPointer(mapping.bytes(at: 0, count: count)))
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to file: borrowing Descriptor
    ) throws(SystemError) {
        var rest = unsafe bytes
        while let start = rest.baseAddress, unsafe !rest.isEmpty {
            let written = unsafe Glibc.write(file.raw, start, rest.count)
            guard written > 0 else {
                if errno == EINTR { continue }
                throw .last("write")
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
