import Glibc

/// The last page of a file of shared memory: which memory it is, and who removes its name.
struct SegmentPage: Sendable {
    private struct Header: BitwiseCopyable {
        static let magic: UInt64 = 0x3167_6573_7069_6d73

        var magic = Header.magic
        let id: SharedObject.ID
        let count: UInt64
        let numbers: UInt64
    }

    static let size = 4096
    private static let ownerOffset = 64

    let id: SharedObject.ID
    /// Bytes that were asked for.
    let count: Int
    /// Which numbers of processes the owner's is one of.
    let numbers: UInt64
    let owner: SegmentOwner
    /// What the file system calls the file; no other gets that while the page is mapped.
    private let inode: ino_t
    private let device: dev_t

    /// Where the page lies in a file with so many bytes before it.
    static func offset(behind count: Int) -> Int { (count + size - 1) & ~(size - 1) }

    /// Writes the page of a new file, which belongs to this process.
    init(writing count: Int, to file: borrowing Descriptor) throws(SegmentError) {
        let status = try Self.status(of: file)
        let page = try Self.map(file, at: Self.offset(behind: count))
        id = SharedObject.ID.random()
        self.count = count
        numbers = Self.ownNumbers
        let header = Header(id: id, count: UInt64(count), numbers: numbers)
        unsafe page.bytes(at: 0, count: MemoryLayout<Header>.size).storeBytes(of: header, as: Header.self)
        owner = SegmentOwner(page, at: Self.ownerOffset)
        _ = owner.take(as: .current)
        (inode, device) = (status.st_ino, status.st_dev)
    }

    /// Reads the page of a file that somebody made.
    init(reading file: borrowing Descriptor) throws(SegmentError) {
        let status = try Self.status(of: file)
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign("it is no regular file") }
        guard status.st_uid == geteuid() else { throw .foreign("it belongs to user \(status.st_uid)") }
        let start = Int(status.st_size) - Self.size
        guard start > 0, start % Self.size == 0 else {
            throw .foreign("it has not the size of shared memory")
        }
        let page = try Self.map(file, at: start)
        // Copied once: others can write there.
        let header = unsafe page.bytes(at: 0, count: MemoryLayout<Header>.size).load(as: Header.self)
        guard header.magic == Header.magic, header.count > 0, header.count <= UInt64(start) else {
            throw .foreign("it does not say that it is shared memory")
        }
        id = header.id
        count = Int(header.count)
        numbers = header.numbers
        owner = SegmentOwner(page, at: Self.ownerOffset)
        (inode, device) = (status.st_ino, status.st_dev)
    }

    private static func status(of file: borrowing Descriptor) throws(SegmentError) -> stat {
        var status = stat()
        guard unsafe fstat(file.raw, &status) == 0 else { throw .system(.last("fstat")) }
        return status
    }

    private static func map(_ file: borrowing Descriptor, at offset: Int) throws(SegmentError)
        -> SharedMapping
    {
        do {
            return try SharedMapping(file, offset: offset, count: size)
        } catch {
            throw .system(error)
        }
    }

    /// What tells the process numbers that this process sees from those of other containers.
    static var ownNumbers: UInt64 { PeerCredentials.numbers }

    /// Whether the file has this name at the moment.
    func isAt(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_ino == inode && status.st_dev == device
    }

    /// Removes the name of the file if its owner's state allows it, and if the file still has it.
    func remove(_ path: String, if isAllowed: (SegmentOwner.State) -> Bool) throws(SegmentError) -> Bool {
        let me = ProcessStamp.current
        guard let before = owner.beginRemoval(as: me, if: isAllowed), isAt(path) else { return false }
        if unsafe unlink(path) == 0 { return true }
        let error = SystemError.last("unlink")
        if error.code == ENOENT { return false }
        owner.cancelRemoval(as: me, backTo: before)
        throw .system(error)
    }

    /// What has become of the name by which the file was opened.
    var life: SegmentLife {
        let state = owner.state
        guard let process = state.process else { return .unowned }
        guard numbers == Self.ownNumbers else { return .elsewhere }
        if process.life == .ended { return .abandoned(process.pid) }
        if case .removing = state { return .beingRemoved(process.pid) }
        return .owned(process.pid)
    }
}
