import Glibc

/// Which build of which program a process runs.
///
/// Parent and child exchange code references, so both must run the same file: the same inode with the same size
/// and time of change. A file that was replaced on disk is another inode; the running one stays what it was.
package struct BuildIdentity: BitwiseCopyable, Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int64
    private let nanoseconds: Int64

    /// The identity of the program that runs here.
    package static func current() throws(SystemError) -> BuildIdentity {
        var info = stat()
        guard unsafe stat("/proc/self/exe", &info) == 0 else { throw .last("stat(/proc/self/exe)") }
        return BuildIdentity(info)
    }

    private init(_ info: stat) {
        device = UInt64(info.st_dev)
        inode = UInt64(info.st_ino)
        size = Int64(info.st_size)
        seconds = Int64(info.st_mtim.tv_sec)
        nanoseconds = Int64(info.st_mtim.tv_nsec)
    }
}
