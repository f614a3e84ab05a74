import MultiprocessingCore

/// Finds the addresses of hosts: numbers at once, names on a thread that may block.
enum NameResolution {
    private static let lane = Lane("mp-names")

    /// - Parameters:
    ///   - host: numbers, or a name.
    ///   - port: the port.
    ///   - deadline: until when a name may take.
    /// - Returns: one or more addresses, the best one first.
    /// - Throws: `CancellationError` when the task is cancelled, a ``MultiprocessingError`` when there is no such host.
    nonisolated(nonsending) static func addresses(
        of host: String, port: UInt16, until deadline: Deadline?
    ) async throws -> [SocketAddress] {
        if let found = try? SocketAddress.find(host, port: port, isNumeric: true) { return found }
        let answer = Latch<Result<[SocketAddress], SystemError>>()
        lane.run {
            answer.close(
                Result { () throws(SystemError) in
                    try SocketAddress.find(host, port: port, isNumeric: false)
                })
        }
        guard let found = try await answer.wait(timeout: deadline.map(\.timeLeft)) else {
            throw MultiprocessingError(.timeout, "the address of \(host) was not found within the limit")
        }
        do {
            return try found.get()
        } catch {
            throw MultiprocessingError(.unreachable, "there is no host \(host)", cause: error)
        }
    }
}
