import MultiprocessingCore

/// What a manager's process is told.
struct ManagerSeating: Codable, Sendable {
    let high: UInt64
    let low: UInt64
    /// Its end of the way to the process that started it.
    let channel: SharedDescriptor
}

/// What a manager's process does: runs the initializer, and serves until it is told to end.
struct ManagerBody: PortableBody {
    let initializer: @concurrent @Sendable (ManagerSystem) async throws -> Void

    static func encode(_ arguments: ManagerSeating, into writer: inout MessageWriter) throws {
        try writer.append(encoding: arguments)
    }

    static func decodeArguments(from reader: inout MessageReader) throws -> ManagerSeating {
        try reader.decode()
    }

    func run(_ arguments: ManagerSeating, _ context: Nothing) async throws -> Nothing {
        let core = try ServerCore(id: ManagerID(high: arguments.high, low: arguments.low))
        defer { core.end() }
        let link = ManagerLink(
            try ConnectionEnd(arguments.channel, readable: true, writable: true), isInherited: true)
        let parent = try core.accept(link)
        // Without the process that started it there is nobody to serve for.
        _ = parent?.onEnd { core.endRequest.close(()) }
        do {
            try await initializer(ManagerSystem(core))
            core.ready.close(.success(()))
        } catch {
            core.ready.close(.failure(error))
        }
        ProcessLogger.info("manager serving")
        _ = try await core.endRequest.wait()
        ProcessLogger.info("manager shutting down")
        return Nothing()
    }
}
