import Foundation

/// Runs a body that blocks on a thread of its own, so that no thread of the concurrency pool does.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { waiter in
        Thread.detachNewThread { waiter.resume(with: Swift.Result { try body() }) }
    }
}

/// Lets others run until something holds that no event tells of.
func until(_ holds: () throws -> Bool) async rethrows {
    while try !holds() { await Task.yield() }
}

/// Whether all threads of a process sleep.
func isAsleep(_ pid: Int32) -> Bool {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    return threads.allSatisfy { stateOfProcess(Int32($0) ?? 0) == "S" }
}
