public import Testing

/// Tests that compute for long without a pause, one at a time: beside them those go on whose limits count.
public struct Computes: SuiteTrait, TestTrait, TestScoping {
    /// Each test of a suite is meant, not the suite as a whole.
    public var isRecursive: Bool { true }

    /// Runs a test when it is its turn.
    public func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Turnstile.computing.pass(function)
    }
}

extension Trait where Self == Computes {
    /// The test computes for long, so it runs alone among those that do.
    public static var computes: Self { Self() }
}
