import Glibc
import Multiprocessing

/// The memory of long messages, as tests see it.
enum LongMemory {
    /// How many pieces of pools' memory this process has mapped.
    static func mappings() -> Int {
        guard let file = fopen("/proc/self/maps", "re") else { return -1 }
        defer { fclose(file) }
        var count = 0
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            if strstr(line, "memfd:mp-worker") != nil { count += 1 }
        }
        return count
    }

    /// From now on this process gets no descriptor more: the standard streams have all numbers that it may use.
    static func takeDescriptors() {
        var limit = rlimit(rlim_cur: 3, rlim_max: 3)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Sends long messages until every worker has the memory; a pool of threads is sent a number of them.
    static func open(in pool: ProcessPool, backend: ProcessPool.Backend = .processes) async throws {
        let message = [UInt8](repeating: 1, count: 1 << 17)
        let messages = Array(repeating: message, count: 2 * pool.workers)
        let before = try await pool.apply { Self.mappings() }
        var rounds = 0
        while true {
            let found = try await pool.map(messages, chunkSize: 1) { _ in Self.mappings() }
            rounds += 1
            if backend == .processes {
                if found.allSatisfy({ $0 > before }) { return }
            } else if rounds == 50 {
                return
            }
        }
    }
}
