import CMultiprocessing
import Glibc

/// Memory that several processes map: an anonymous file of a fixed size, sealed so that nobody can shrink it.
///
/// A part of the file can be mapped as a *mirror*: twice, one copy right behind the other, so that a run of
/// bytes that passes the end of the part is one piece of memory all the same. Rings are made of such parts.
@safe package final class SharedMapping: @unchecked Sendable {
    // @unchecked because of the pointer; it never changes, and what it points to is only reached through
    // atomic words and through the ends of rings, each of which has one user at a time.
    private let base: UnsafeMutableRawPointer
    private let reserved: Int
    /// Bytes that can be used from the start of the mapping.
    package let count: Int

    /// Maps `count` bytes of the file at `offset`; both are multiples of the page size.
    ///
    /// Writing to what is not mapped to be written ends the process.
    package init(
        _ file: borrowing Descriptor, offset: Int, count: Int, mirrored: Bool = false, writable: Bool = true
    ) throws(SystemError) {
        reserved = mirrored ? 2 * count : count
        self.count = reserved
        let place = unsafe mmap(nil, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let place = unsafe place, unsafe place != MAP_FAILED else { throw .last("mmap") }
        unsafe base = place
        let access = writable ? PROT_READ | PROT_WRITE : PROT_READ
        for start in stride(from: 0, to: reserved, by: count) {
            let part = unsafe mmap(
                place + start, count, access, MAP_SHARED | MAP_FIXED, file.raw, off_t(offset))
            guard unsafe part != MAP_FAILED else {
                let error = SystemError.last("mmap")
                unsafe munmap(place, reserved)
                throw error
            }
        }
    }

    deinit {
        unsafe munmap(base, reserved)
    }

    /// The bytes from `offset` on; the caller keeps the mapping alive while it uses them.
    @unsafe package func bytes(at offset: Int, count: Int) -> UnsafeMutableRawBufferPointer {
        precondition(offset >= 0 && count >= 0 && offset + count <= self.count, "outside the mapping")
        return unsafe UnsafeMutableRawBufferPointer(start: base + offset, count: count)
    }

    /// Makes an anonymous file of `count` bytes, all zero, that can never shrink, and only grow if that is said.
    ///
    /// - Throws: also when the machine has no room for the bytes, which are then all there or not at all.
    package static func makeFile(
        named name: String, count: Int, growing: Bool = false
    ) throws(SystemError) -> Descriptor {
        let raw = unsafe mp_anonymous_file(name)
        guard raw >= 0 else { throw .last("memfd_create") }
        let file = Descriptor(adopting: raw)
        try MemoryReserve.fill(file, count: count)
        guard mp_seal_size(file.raw, growing ? 1 : 0) == 0 else { throw .last("fcntl(F_ADD_SEALS)") }
        return file
    }

    /// Checks a file that came from another process, before any of it is mapped: nobody can make it shorter than
    /// `count` bytes, ever, so that reading cannot fault.
    package static func check(_ file: borrowing Descriptor, holds count: Int) throws(ReceivedFileError) {
        var status = stat()
        guard unsafe fstat(file.raw, &status) == 0 else { throw .unreadable(.last("fstat")) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notMemory }
        guard status.st_size >= count else { throw .tooSmall(Int(status.st_size), announced: count) }
        guard mp_has_size_seal(file.raw) == 1 else { throw .unsealed }
    }
}

/// A file that was received as shared memory and is not what was announced; nothing of it was mapped.
package enum ReceivedFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(SystemError)
    case notMemory
    case tooSmall(Int, announced: Int)
    case unsealed

    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .notMemory: "the descriptor is not one of memory"
        case .tooSmall(let count, let announced):
            "the memory has \(count) bytes, and \(announced) were announced"
        case .unsealed: "the memory could be made smaller while it is used"
        }
    }
}
