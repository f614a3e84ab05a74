import MultiprocessingCore

extension Manager {
    /// Makes a queue in the manager's process; Python's `manager.Queue()`.
    ///
    /// - Parameters:
    ///   - type: the values' type.
    ///   - capacity: how many values wait in it at most; nil for no limit but memory.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` for a capacity below one; the same as ``list(_:)``.
    public nonisolated(nonsending) func queue<Element: Codable & Sendable>(
        of type: Element.Type = Element.self, capacity: Int? = nil
    ) async throws -> ManagedQueue<Element> {
        try await make(ManagedQueue<Element>.self, of: capacity)
    }

    /// Makes a queue in the manager's process that knows what is done; Python's `manager.JoinableQueue()`.
    ///
    /// - Parameters:
    ///   - type: the values' type.
    ///   - capacity: how many values wait in it at most; nil for no limit but memory.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` for a capacity below one; the same as ``list(_:)``.
    public nonisolated(nonsending) func joinableQueue<Element: Codable & Sendable>(
        of type: Element.Type = Element.self, capacity: Int? = nil
    ) async throws -> ManagedJoinableQueue<Element> {
        try await make(ManagedJoinableQueue<Element>.self, of: capacity)
    }

    /// Makes a pool in the manager's process; Python's `manager.Pool()`.
    ///
    /// - Parameters:
    ///   - workers: how many processes; nil for one for each processor.
    ///   - types: the types of the tasks that it runs.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` with the code `unencodable` for a type that has no name, and as
    ///   `ProcessPool.init` does; the same as ``list(_:)``.
    public nonisolated(nonsending) func pool(
        workers: Int? = nil, running types: [any ProcessTask.Type]
    ) async throws -> ManagedPool {
        do {
            let content = ManagedPool.Content(workers: workers, types: try types.map { try TypeKey($0) })
            return try await make(ManagedPool.self, of: content)
        } catch let refusal as TypeRefusal {
            throw MultiprocessingError(.unencodable, "a type of tasks cannot be named", cause: refusal)
        }
    }
}

extension ManagedPool: ManagedObject {
    /// What a pool is made of; it comes from the process that started the manager, which may name any type.
    struct Content: Codable, Sendable {
        let workers: Int?
        let types: [TypeKey]
    }

    static func make(_ content: Content, in system: ManagerSystem) throws -> ManagedPool {
        let types = try content.types.map { key in
            guard let type = try KnownTypes.type(of: key, isInherited: true) as? any ProcessTask.Type else {
                throw MultiprocessingError(.invalidArgument, "a pool runs tasks only, and not a \(key.name)")
            }
            return type
        }
        return try ManagedPool(workers: content.workers, running: types, actorSystem: system)
    }
}

extension ManagedPool: CustomStringConvertible {
    /// That it is a proxy, and of which object.
    public nonisolated var description: String { "ManagedPool(proxy, \(id))" }
}
