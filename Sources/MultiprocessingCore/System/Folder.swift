import Glibc

/// A folder of the file system that is open to be listed.
@safe struct Folder: ~Copyable {
    private let stream: OpaquePointer

    /// Opens the folder; nil when it cannot be read.
    init?(_ path: String) {
        guard let stream = unsafe opendir(path) else { return nil }
        unsafe self.stream = unsafe stream
    }

    deinit { unsafe closedir(stream) }

    /// For calls that find files by their names in this folder.
    var descriptor: Int32 { unsafe dirfd(stream) }

    /// What is in the folder, in no order; to be asked once.
    func names() -> [String] {
        guard let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // By its place: the record ends with its name, before the end of the type that describes it.
            unsafe names.append(
                String(cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self)))
        }
        return names
    }
}
