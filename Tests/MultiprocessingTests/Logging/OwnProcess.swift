import Foundation
import Multiprocessing

/// Runs a body in a process of its own, whose logger nobody else sets.
func inOwnProcess<R: Codable & Sendable>(
    _ body: @escaping @concurrent @Sendable () async throws -> R
) async throws -> R {
    try await withProcessPool(workers: 1) { try await $0.apply(body) }
}

/// The same with an argument.
func inOwnProcess<A: Codable & Sendable, R: Codable & Sendable>(
    _ argument: A, _ body: @escaping @concurrent @Sendable (A) async throws -> R
) async throws -> R {
    try await withProcessPool(workers: 1) { try await $0.apply(argument, body) }
}

/// What this process, and the children that it starts meanwhile, write to standard error while a body runs.
func standardError(during body: () async throws -> Void) async throws -> String {
    let path = "/tmp/mp-logging-\(getpid())"
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Plain(text: "no file for standard error") }
    let before = dup(STDERR_FILENO)
    dup2(file, STDERR_FILENO)
    defer {
        dup2(before, STDERR_FILENO)
        close(before)
        close(file)
        unlink(path)
    }
    try await body()
    return try String(contentsOfFile: path, encoding: .utf8)
}

/// Runs a child to its end.
func finish(_ child: ChildProcess) async throws {
    try await child.start()
    let status = try await child.join()
    guard status == .exited(0) else { throw Plain(text: "\(child.name) \(status)") }
}

/// The context of a start method, by a name that can travel.
func context(_ method: String) -> ProcessContext {
    ProcessContext(method == "spawn" ? .spawn : .forkserver)
}
