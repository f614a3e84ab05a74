import Foundation
import Multiprocessing
import TestSupport
import Testing

/// The workers' numbers, as the child that owns them reported them in a file.
private func reportedWorkers(_ path: String) -> [Int32] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.hasSuffix("\n") else {
        return []
    }
    return text.split(separator: "\n").compactMap { Int32($0) }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct OrphanTests {
    /// Workers that compute, that wait for work and that are being started all end with their program.
    @Test(arguments: [StartMethod.forkserver, .spawn])
    func workersEndWhenTheirParentIsKilled(method: StartMethod) async throws {
        let path = "/tmp/mp-orphans-\(getpid())-\(method)"
        defer { unlink(path) }
        let name = method.description
        let owner = ChildProcess(path, name, context: ProcessContext(.spawn)) { path, name in
            try await withProcessPool(
                workers: 3, context: ProcessContext(name == "spawn" ? .spawn : .forkserver)
            ) {
                pool in
                var workers: Set<Int32> = []
                while workers.count < 2 {
                    workers.formUnion(try await pool.map(0..<6, chunkSize: 1) { _ in getpid() })
                }
                let text = workers.map(String.init).joined(separator: "\n") + "\n"
                let file = creat(path, 0o600)
                _ = text.withCString { write(file, $0, strlen($0)) }
                close(file)
                _ = try await pool.apply { () -> Int in while true {} }
            }
        }
        try await owner.start()
        while reportedWorkers(path).count < 2 {
            try #require(owner.isAlive)
            await Task.yield()
        }
        let workers = reportedWorkers(path)
        try owner.kill()
        try await owner.join()
        // They are reaped by whoever inherited them: gone means not running, a zombie at the most.
        for worker in workers { while isRunning(worker) { await Task.yield() } }
    }
}

/// Whether a process exists and is no zombie.
private func isRunning(_ pid: Int32) -> Bool {
    !["", "Z", "X"].contains(stateOfProcess(pid))
}
