import MultiprocessingCore

/// What a manager's process is told.
struct ManagerSeating: Codable, Sendable {
    let high: UInt64
    let low: UInt64
    /// Where it listens; nil for a local socket of its own.
    let address: ListenerAddress?
    let maximumLength: Int
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
        // Why nobody can come in is told to the process that waits for the start.
        let door: Result<ManagerDoor, any Error>
        do {
            door = .success(
                try await ManagerDoor(
                    arguments.address, key: AuthenticationKey.current(),
                    maximumLength: arguments.maximumLength))
        } catch {
            door = .failure(error)
        }
        let core = try ServerCore(
            id: ManagerID(high: arguments.high, low: arguments.low), address: (try? door.get())?.address,
            ownsProcess: true)
        defer {
            (try? door.get())?.close()
            core.end()
        }
        let link = ManagerLink(
            try ConnectionEnd(arguments.channel, readable: true, writable: true), isInherited: true)
        let parent = try core.accept(link)
        // Without the process that started it there is nobody to serve for.
        _ = parent?.onEnd { core.endRequest.close(()) }
        do {
            let door = try door.get()
            try await initializer(ManagerSystem(core))
            ProcessLogger.info("manager serving at \(door.address)")
            // Ends with the door.
            Task.detached { await door.serve(core) }
            core.ready.close(.success(()))
        } catch {
            core.ready.close(.failure(error))
        }
        _ = try await core.endRequest.wait()
        ProcessLogger.info("manager shutting down")
        return Nothing()
    }
}
