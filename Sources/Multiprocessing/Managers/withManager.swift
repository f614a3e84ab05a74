/// Runs `body` with a manager that ends with it: whatever happens inside, no process is left behind.
///
/// - Parameters:
///   - name: that of the manager's process; nil makes one.
///   - context: how the process is started.
///   - initializer: runs once in the manager's process, before `body` begins.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the manager.
/// - Returns: what `body` returned.
/// - Throws: what the initializer or `body` throws; a ``MultiprocessingError`` when the manager cannot be started.
///   Cancelling the task is up to `body`; the manager ends in every case.
public func withManager<Result>(
    name: String? = nil, context: ProcessContext = .default,
    initializer: (@concurrent @Sendable (ManagerSystem) async throws -> Void)? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Manager) async throws -> Result
) async throws -> Result {
    try await withManager(
        Manager(name: name, context: context, initializer: initializer), isolation: isolation, body)
}

/// Runs `body` with a manager that was made before, is started unless it was, and ends with `body`.
///
/// - Parameters:
///   - manager: the manager.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the manager.
/// - Returns: what `body` returned.
/// - Throws: what the initializer or `body` throws; a ``MultiprocessingError`` when the manager cannot be started.
public func withManager<Result>(
    _ manager: Manager, isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Manager) async throws -> Result
) async throws -> Result {
    if manager.storage.isInitial { try await manager.start() }
    do {
        let result = try await body(manager)
        await manager.shutdown()
        return result
    } catch {
        await manager.shutdown()
        throw error
    }
}
