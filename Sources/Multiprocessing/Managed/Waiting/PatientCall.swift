import MultiprocessingCore

/// Calls whose answer says what has become of them.
///
/// A call that is given up may have succeeded nevertheless: nobody would know that a lock is held, and a value that was
/// taken would be lost. These calls are asked to end, and their answer is waited for.
enum PatientCall {
    /// Whether a call of this task is waited for after its task was cancelled, or its limit is over.
    @TaskLocal static var isPatient = false

    /// Makes calls that wait for their answers.
    nonisolated(nonsending) static func perform<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        do {
            return try await $isPatient.withValue(true) { try await body() }
        } catch is CancellationError where !Task.isCancelled && CallLimit.current?.hasPassed == true {
            throw MultiprocessingError.timedOutCall
        }
    }

    /// Makes a call that no cancelling and no limit keeps from being made: it gives back what the task has.
    nonisolated(nonsending) static func insist(
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard Task.isCancelled || CallLimit.current != nil else { return try await body() }
        try await CallLimit.$current.withValue(nil) {
            try await Task { try await body() }.value
        }
    }
}
