import MultiprocessingCore

// What all forms of `apply` come down to.
extension PoolCalls {
    nonisolated(nonsending) func call<Body: PortableBody>(
        _ body: Body, _ arguments: Body.Arguments, timeout: Duration?
    ) async throws -> Body.Output where Body.Context == Nothing {
        try Task.checkCancellation()
        let call = try SingleCall.submit(
            body, arguments, Nothing(), at: callSite, timeout: timeout, label: "apply")
        do {
            guard try await call.arrive(timeout: nil), let result = call.result(of: Body.Output.self) else {
                throw MultiprocessingError(.timeout, "a wait without a limit ended")
            }
            return try result.get()
        } catch let error as CancellationError where Task.isCancelled {
            call.withdraw()
            throw error
        }
    }

    nonisolated func submit<Body: PortableBody, Value: Sendable>(
        _ body: Body, _ arguments: Body.Arguments, timeout: Duration?,
        label: String = "applyAsync", _ convert: @escaping @Sendable (Body.Output) -> Value
    ) throws -> AsyncResult<Value> where Body.Context == Nothing {
        let call = try SingleCall.submit(
            body, arguments, Nothing(), at: callSite, timeout: timeout, label: label)
        return AsyncResult(call, convert)
    }
}
