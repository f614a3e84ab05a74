import Glibc

/// A new folder for one socket, which nobody but this user can look into, and which says whose it is.
///
/// A process that is killed leaves its folder; the next one of this user that makes a folder removes it.
package struct PrivateFolder: Sendable {
    private static let prefix = "mp-listener-"

    let path: String

    /// Makes a folder where the system keeps what belongs to the user's sessions, or else in `/tmp`.
    package init() throws(SystemError) {
        var failure: SystemError?
        for base in Self.bases {
            do throws(SystemError) {
                Self.removeAbandoned(in: base)
                try self.init(in: base)
                return
            } catch {
                failure = error
            }
        }
        throw failure ?? SystemError(code: ENOENT, call: "mkdtemp")
    }

    init(in base: String) throws(SystemError) {
        let stamp = String(ProcessStamp.current.raw, radix: 16)
        let numbers = String(PeerCredentials.numbers, radix: 16)
        var template = Array("\(base)/\(Self.prefix)\(numbers)-\(stamp)-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw .last("mkdtemp(\(base))") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        do throws(SystemError) {
            try check()
        } catch {
            unsafe rmdir(path)
            throw error
        }
    }

    /// Refuses what is not this user's alone.
    private func check() throws(SystemError) {
        let raw = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw .last("open(\(path))") }
        let folder = Descriptor(adopting: raw)
        var status = stat()
        guard unsafe fstat(folder.raw, &status) == 0 else { throw .last("fstat") }
        guard status.st_uid == geteuid(), status.st_mode & 0o7777 == 0o700 else {
            throw SystemError(code: EPERM, call: "mkdtemp(\(path))")
        }
    }

    /// Removes the folder, which is empty by now.
    func remove() {
        unsafe rmdir(path)
    }

    /// Where folders are made; the first one that works counts.
    private static var bases: [String] {
        guard let raw = unsafe getenv("XDG_RUNTIME_DIR") else { return ["/tmp"] }
        let path = unsafe String(cString: raw)
        var status = stat()
        guard path.hasPrefix("/"), unsafe stat(path, &status) == 0, status.st_uid == geteuid(),
            status.st_mode & (S_IWGRP | S_IWOTH) == 0
        else { return ["/tmp"] }
        return [path, "/tmp"]
    }

    /// Removes the folders of processes of this user that have ended without doing it.
    package static func removeAbandoned() {
        for base in bases { removeAbandoned(in: base) }
    }

    static func removeAbandoned(in base: String) {
        guard let all = Folder(base) else { return }
        for name in all.names() where isAbandoned(name) {
            let raw = unsafe openat(all.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard raw >= 0 else { continue }
            let folder = Descriptor(adopting: raw)
            var status = stat()
            guard unsafe fstat(folder.raw, &status) == 0, status.st_uid == geteuid() else { continue }
            unsafe unlinkat(folder.raw, socketName, 0)
            unsafe unlinkat(all.descriptor, name, AT_REMOVEDIR)
        }
    }

    /// What the socket in a folder is called.
    package static let socketName = "socket"

    /// Whether a name is that of a folder whose owner, whom this process can see, has ended.
    private static func isAbandoned(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let words = name.dropFirst(prefix.count).split(separator: "-")
        guard words.count == 3, UInt64(words[0], radix: 16) == PeerCredentials.numbers,
            let stamp = UInt64(words[1], radix: 16), stamp >> ProcessStamp.bits == 0
        else { return false }
        return ProcessStamp(raw: stamp).life == .ended
    }
}
