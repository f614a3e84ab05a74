public import Testing

/// Lets so many pass at once; the others wait for their turn, without a thread.
public actor Turnstile {
    /// For the tests of one process that start processes: a machine of few processors does not run all at once.
    public static let processes = Turnstile(width: 4)
    /// For those that compute: there are as few threads for all tests as there are processors.
    public static let computing = Turnstile(width: 1)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// A turnstile for so many.
    public init(width: Int) {
        free = width
    }

    /// Runs the body when it is its turn.
    public nonisolated func pass(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        await enter()
        do {
            try await body()
        } catch {
            await leave()
            throw error
        }
        await leave()
    }

    private func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Tests that start processes, a few at a time.
public struct StartsProcesses: SuiteTrait, TestTrait, TestScoping {
    /// Each test of a suite is meant, not the suite as a whole.
    public var isRecursive: Bool { true }

    /// Runs a test when it is its turn.
    public func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Turnstile.processes.pass {
            Leftovers.begin(test.name)
            let watchdog = Task.detached {
                // Well before the limit of the suites, which counts the wait for the turn too, so that a hang is a report and not a mystery.
                try await Task.sleep(for: .seconds(240))
                print("\(test.name) hangs:\n\(Survey.report())")
            }
            defer { watchdog.cancel() }
            defer { Leftovers.end(test.name) }
            try await function()
        }
    }
}

extension Trait where Self == StartsProcesses {
    /// The test starts processes, so only a few like it run at once.
    public static var startsProcesses: Self { Self() }
}
