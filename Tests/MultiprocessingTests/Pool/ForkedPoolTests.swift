import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Copies of a program that is busy with things for the first time: what a thread was just looking up stays half done in
/// a copy for ever.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ForkedPoolTests {
    private static let programs = Campaign.count("FORKED_POOLS") ?? 60

    /// The sum that a fresh program's pool of copies has found; nil when it was still at it after a minute.
    private static func sum() async throws -> ChildProcess.ExitStatus? {
        let program = ChildProcess(context: ProcessContext(.spawn)) {
            let sum = try await withProcessPool(workers: 2, context: ProcessContext(.fork)) { pool in
                try await pool.imapUnordered(0..<500, { $0 }).reduce(0, +)
            }
            exit(sum == 124_750 ? 0 : 1)
        }
        try await program.start()
        defer { try? program.kill() }
        return try await program.join(timeout: .seconds(60))
    }

    @Test("the first pool of a program may be one of copies")
    func first() async throws {
        try await withThrowingTaskGroup(of: ChildProcess.ExitStatus?.self) { group in
            for number in 0..<Self.programs {
                if number >= 3, let status = try await group.next() { #expect(status == .exited(0)) }
                group.addTask { try await Self.sum() }
            }
            for try await status in group { #expect(status == .exited(0)) }
        }
    }
}
