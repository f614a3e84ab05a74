import Glibc
import Synchronization

/// A gate that one process opens and others wait at, without using the processor: a pipe with a name.
struct FileGate: Codable, Sendable {
    /// The writing ends of the gates that were opened here.
    private static let opened = Mutex<[String: Int32]>([:])

    private let path: String

    init() {
        path = "/tmp/mp-gate-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        mkfifo(path, 0o600)
    }

    /// Blocks until the gate is open; for bodies in other processes.
    func pass() {
        while true {
            // Returns once there is a writer; without the name, the gate was removed.
            let reader = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            if reader >= 0 { close(reader) }
            if reader >= 0 || errno != EINTR { return }
        }
    }

    /// Opens the gate, for those who wait and those who come later.
    func open() {
        let path = path
        Self.opened.withLock { opened in
            if opened[path] == nil { opened[path] = Glibc.open(path, O_RDWR | O_CLOEXEC) }
        }
    }

    /// Takes the gate away again.
    func remove() {
        open()
        unlink(path)
        let path = path
        if let writer = Self.opened.withLock({ $0.removeValue(forKey: path) }), writer >= 0 { close(writer) }
    }
}
