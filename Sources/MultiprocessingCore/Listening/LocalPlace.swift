import CMultiprocessing
import Glibc

/// The place of a socket's file: an open folder, and a name in it.
///
/// Everything goes through the open folder, so nobody can put another one in its place meanwhile, and a path may be as
/// long as it likes.
package struct LocalPlace: Sendable {
    /// Why there is no place.
    package enum Failure: Error, Sendable {
        case system(SystemError)
        /// Others could put something else there.
        case unsafe(String)
    }

    let folder: SharedDescriptor
    let name: String

    /// - Parameter path: where the file is, or will be.
    /// - Throws: when the folder cannot be opened, or the path names no file in one.
    package init(_ path: String) throws(Failure) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard let last = parts.last, last != ".", last != "..", !path.hasSuffix("/"), !path.utf8.contains(0)
        else {
            throw .system(SystemError(code: EINVAL, call: "no path of a file"))
        }
        let parent = path.dropLast(last.count)
        try self.init(folder: parent.isEmpty ? "." : String(parent), name: String(last))
    }

    init(folder: String, name: String) throws(Failure) {
        let raw = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { throw .system(.last("open(\(folder))")) }
        self.folder = SharedDescriptor(Descriptor(adopting: raw))
        self.name = name
    }

    /// What the kernel finds the file by, whatever the folder is called.
    private var path: String { "/proc/self/fd/\(folder.raw)/\(name)" }

    /// Refuses a folder in which others than this user and the system's could rename and remove files.
    func checkFolder() throws(Failure) {
        var status = stat()
        guard unsafe fstat(folder.raw, &status) == 0 else { throw .system(.last("fstat")) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .unsafe("the folder belongs to user \(status.st_uid)")
        }
        let isOpen = status.st_mode & (S_IWGRP | S_IWOTH) != 0
        guard !isOpen || status.st_mode & S_ISVTX != 0 else {
            throw .unsafe("others may rename and remove files in the folder")
        }
    }

    /// Binds a socket to the place, for its owner only.
    ///
    /// - Returns: the file that came of it.
    /// - Throws: EADDRINUSE when there is something of this name, whatever it is: it stays as it is.
    func bind(_ socket: SharedDescriptor) throws(SystemError) -> LocalFile {
        guard unsafe mp_bind_local(socket.raw, path, path.utf8.count, 0) == 0 else { throw .last("bind") }
        var status = stat()
        guard unsafe fstatat(folder.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last("stat") }
        let file = LocalFile(place: self, inode: status.st_ino, device: status.st_dev)
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else {
            throw SystemError(code: EADDRINUSE, call: "bind")
        }
        // A kernel that knows no modes of sockets gives it the process's mask only.
        if status.st_mode & 0o177 != 0, unsafe fchmodat(folder.raw, name, S_IRUSR | S_IWUSR, 0) != 0 {
            let error = SystemError.last("chmod")
            file.remove()
            throw error
        }
        return file
    }

    /// Connects a socket to whoever listens there.
    func connect(_ socket: SharedDescriptor) -> Int32 {
        unsafe mp_connect_local(socket.raw, path, path.utf8.count, 0)
    }
}

/// The file of a socket that this process made.
package struct LocalFile: Sendable {
    let place: LocalPlace
    fileprivate let inode: ino_t
    fileprivate let device: dev_t

    /// Removes the file, if it is still the one that was made.
    func remove() {
        var status = stat()
        guard unsafe fstatat(place.folder.raw, place.name, &status, AT_SYMLINK_NOFOLLOW) == 0,
            status.st_ino == inode, status.st_dev == device
        else { return }
        unsafe unlinkat(place.folder.raw, place.name, 0)
    }
}
