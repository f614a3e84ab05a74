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
    ///   - name: what its memory is called in lists of open files.
    ///   - count: bytes of its state.
    ///   - reserve: addresses to keep for a memory that can grow; nil for one that cannot.
    /// - Throws: when the system has no memory or descriptors left.
    package init(kind: UInt64, name: String, count: Int, reserve: Int? = nil) throws(SystemError) {
        let size = Self.size(holding: count)
        let file = try SharedMapping.makeFile(named: name, count: size, growing: reserve != nil)
        memory = try Self.map(file, count: size, reserve: reserve)
        self.file = SharedDescriptor(file)
        id = ID.random()
        let header = Header(kind: kind, id: id, size: UInt64(size))
        unsafe memory.bytes(at: 0, count: MemoryLayout<Header>.size).storeBytes(of: header, as: Header.self)
    }

    /// Maps an object that another process made.
    ///
    /// - Throws: `ReceivedFileError` or `WireError` for a file that is something else.
    package init(_ file: SharedDescriptor, kind: UInt64, count: Int, reserve: Int? = nil) throws {
        let size = Self.size(holding: count)
        try SharedMapping.check(file.descriptor, holds: size)
        memory = try Self.map(file.descriptor, count: size, reserve: reserve)
        let header = unsafe memory.bytes(at: 0, count: MemoryLayout<Header>.size).load(as: Header.self)
        guard header.magic == Header.magic, header.kind == kind, header.size >= UInt64(size) else {
            throw WireError.malformed("a shared object of another kind")
        }
        self.file = file
        id = header.id
    }

    /// Maps as much as there may ever be, or else as the system has addresses for: what lies behind the end of the
    /// file can be used as soon as the file is that long.
    private static func map(
        _ file: borrowing Descriptor, count: Int, reserve: Int?
    ) throws(SystemError) -> SharedMapping {
        var wanted = max(count, reserve ?? 0)
        while true {
            do throws(SystemError) {
                return try SharedMapping(file, offset: 0, count: wanted)
            } catch {
                guard error.code == ENOMEM, wanted > count else { throw error }
                wanted = max(count, (wanted / 2 + 4095) & ~4095)
            }
        }
    }

    private static func size(holding count: Int) -> Int {
        (start + count + 4095) & ~4095
    }
}
