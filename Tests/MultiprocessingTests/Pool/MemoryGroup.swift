import Foundation

/// A group of processes that the kernel gives so much memory and no more: it kills one of them when they want more.
struct MemoryGroup: Codable, Sendable {
    private var folder = ""

    /// Makes a group below the root of the control groups of either version; nil when that is not allowed here.
    init?(bytes: Int) {
        let places = [
            (root: "/sys/fs/cgroup", limit: "memory.max", swap: "memory.swap.max", most: 0),
            (
                root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes",
                swap: "memory.memsw.limit_in_bytes", most: bytes
            ),
        ]
        for place in places {
            folder = "\(place.root)/mp-test-\(getpid())-\(UInt32.random(in: 0...(.max)))"
            guard mkdir(folder, 0o755) == 0 else { continue }
            if write("\(bytes)", to: place.limit) {
                // A system without swap has no such setting, and needs none.
                write("\(place.most)", to: place.swap)
                return
            }
            rmdir(folder)
        }
        return nil
    }

    /// Moves the calling process into the group.
    func join() -> Bool { write("\(getpid())", to: "cgroup.procs") }

    /// Takes the group away; its processes have ended.
    func remove() -> Bool { rmdir(folder) == 0 }

    @discardableResult
    private func write(_ text: String, to name: String) -> Bool {
        let file = open("\(folder)/\(name)", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return Foundation.write(file, text, text.utf8.count) == text.utf8.count
    }
}
