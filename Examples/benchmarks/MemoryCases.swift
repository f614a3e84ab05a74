import Glibc
import Multiprocessing

/// What an idle worker that has run a task keeps: resident, proportional and private memory.
func memory(_ measured: Case) async throws {
    let workers = try measured.size("workers")
    for method in [StartMethod.forkserver, .spawn] {
        try await withProcessPool(workers: workers, context: ProcessContext(method)) { pool in
            var workersSeen: Set<pid_t> = []
            for _ in 0..<20 where workersSeen.count < workers {
                workersSeen.formUnion(try await pool.map(0..<(2 * workers), chunkSize: 1, processAfterNap))
            }
            try await Task.sleep(for: .milliseconds(100))
            let rows = try workersSeen.map(Usage.init)
            for (name, part) in [("rss", \Usage.resident), ("pss", \.proportional), ("private", \.own)] {
                let mean = rows.reduce(0) { $0 + $1[keyPath: part] } / Double(rows.count)
                measured.emit("\(method)_\(name)", mean, n: rows.count, unit: "MiB")
            }
        }
    }
}

private func processAfterNap(_: Int) -> pid_t {
    usleep(20_000)
    return getpid()
}

/// A process's memory in MiB, as the system sums it up.
private struct Usage {
    var resident = 0.0
    var proportional = 0.0
    /// What no other process has.
    var own = 0.0

    init(of process: pid_t) throws {
        guard let file = fopen("/proc/\(process)/smaps_rollup", "re") else {
            throw Failure(description: "worker \(process) is gone")
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\n" }
            guard words.count == 3, let kibibytes = Double(words[1]) else { continue }
            switch words[0] {
            case "Rss:": resident = kibibytes / 1024
            case "Pss:": proportional = kibibytes / 1024
            case "Private_Clean:", "Private_Dirty:": own += kibibytes / 1024
            default: break
            }
        }
    }
}
