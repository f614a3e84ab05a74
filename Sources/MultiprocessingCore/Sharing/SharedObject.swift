import CMultiprocessing
import Glibc

/// Memory of one shared object, such as a lock: what kind it is, a name that no other object has, and its state.
///
/// It is an anonymous file of a fixed size that whoever has its descriptor can map; the kernel frees it with the
/// last of them.
package final class SharedObject: Sendable {
    /// A name that no other object has, on any machine.
    package struct ID: BitwiseCopyable, Hashable, Sendable, Codable {
        package let high: UInt64
        package let low: UInt64

        static func random() -> ID {
            ID(high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max))
        }
    }

    private struct Header: BitwiseCopyable {
        static let magic: UInt64 = 0x3179_7261_6853_706d

        var magic = Header.magic
        let kind: UInt64
        let id: ID
        let size: UInt64
    }

    /// Where the object's own state begins.
    package static let start = 64

    package let id: ID
    package let file: SharedDescriptor
    package let memory: SharedMapping

    /// Makes an object whose state, of `count` bytes, is zero.
    ///
    /// - Parameters:
    ///   - kind: a number that its users agree on.
    ///   - name: what the kernel calls its memory.
    ///   - count: bytes of its state.
    /// - Throws: when there is no memory or descriptor left.
    package init(kind: UInt64, name: String, count: Int) throws(SystemError) {
        let size = Self.size(holding: count)
        let file = try SharedMapping.makeFile(named: name, count: size)
        memory = try SharedMapping(file, offset: 0, count: size)
        self.file = SharedDescriptor(file)
        id = ID.random()
        let header = Header(kind: kind, id: id, size: UInt64(size))
        unsafe memory.bytes(at: 0, count: MemoryLayout<Header>.size).storeBytes(of: header, as: Header.self)
    }

    /// Maps an object that another process made.
    ///
    /// - Throws: `WireError` for a file that is something else.
    package init(_ file: SharedDescriptor, kind: UInt64, count: Int) throws {
        let size = Self.size(holding: count)
        var status = stat()
        guard unsafe fstat(file.raw, &status) == 0 else { throw SystemError.last("fstat") }
        guard status.st_size >= size, mp_has_size_seal(file.raw) == 1 else {
            throw WireError.malformed("a shared object whose memory is too small, or could shrink")
        }
        memory = try SharedMapping(file.descriptor, offset: 0, count: size)
        let header = unsafe memory.bytes(at: 0, count: MemoryLayout<Header>.size).load(as: Header.self)
        guard header.magic == Header.magic, header.kind == kind, header.size == UInt64(size) else {
            throw WireError.malformed("a shared object of another kind")
        }
        self.file = file
        id = header.id
    }

    private static func size(holding count: Int) -> Int {
        (start + count + 4095) & ~4095
    }
}
