import Distributed
import MultiprocessingCore

extension Manager {
    /// Makes an object in the manager's process.
    ///
    /// ```swift
    /// let stock = try await manager.create { Inventory(actorSystem: $0) }
    /// ```
    ///
    /// - Parameter make: makes the object, in the manager's process; it captures `Codable` values only.
    /// - Returns: a proxy.
    /// - Throws: what `make` throws; a ``ClosureRefusedError`` when it captures what cannot travel; a
    ///   ``MultiprocessingError`` with the code `notStarted` or `managerGone`; `CancellationError` when the task is
    ///   cancelled, which cancels `make` as well.
    public nonisolated(nonsending) func create<Act: DistributedActor & Codable>(
        _ make: @escaping @concurrent @Sendable (ManagerSystem) async throws -> Act
    ) async throws -> Act where Act.ActorSystem == ManagerSystem {
        try await storage.create(CreationBody0(body: make), ())
    }

    /// Makes an object of an argument in the manager's process.
    ///
    /// - Parameters:
    ///   - a: the argument.
    ///   - make: makes the object, in the manager's process.
    /// - Returns: a proxy.
    /// - Throws: as the form without an argument.
    public nonisolated(nonsending) func create<A: Codable & Sendable, Act: DistributedActor & Codable>(
        _ a: A, _ make: @escaping @concurrent @Sendable (ManagerSystem, A) async throws -> Act
    ) async throws -> Act where Act.ActorSystem == ManagerSystem {
        try await storage.create(CreationBody1(body: make), a)
    }

    /// Makes an object of two arguments in the manager's process.
    ///
    /// - Parameters:
    ///   - a: the first argument.
    ///   - b: the second argument.
    ///   - make: makes the object, in the manager's process.
    /// - Returns: a proxy.
    /// - Throws: as the form without an argument.
    public nonisolated(nonsending) func create<
        A: Codable & Sendable, B: Codable & Sendable, Act: DistributedActor & Codable
    >(
        _ a: A, _ b: B, _ make: @escaping @concurrent @Sendable (ManagerSystem, A, B) async throws -> Act
    ) async throws -> Act where Act.ActorSystem == ManagerSystem {
        try await storage.create(CreationBody2(body: make), (a, b))
    }

    /// Gives an object of this manager's a name, by which others find it; it lives as long as the name.
    ///
    /// - Parameters:
    ///   - object: a proxy.
    ///   - name: any text.
    /// - Throws: a ``MultiprocessingError`` with the code `alreadyExists` when another object has the name,
    ///   `invalidArgument` for an object of another manager.
    public nonisolated(nonsending) func register<Act: DistributedActor>(
        _ object: Act, as name: String
    ) async throws where Act.ActorSystem == ManagerSystem {
        try await storage.peer.register(object.id, as: name)
    }

    /// Finds an object by its name.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - type: what the object is.
    /// - Returns: a proxy.
    /// - Throws: a ``MultiprocessingError`` with the code `notFound`, or `invalidArgument` for an object of another
    ///   type.
    public nonisolated(nonsending) func resolve<Act: DistributedActor & Codable>(
        _ name: String, as type: Act.Type = Act.self
    ) async throws -> Act where Act.ActorSystem == ManagerSystem {
        try await storage.peer.resolve(name, as: type)
    }

    /// Takes a name away; the object lives on while there are proxies.
    ///
    /// - Parameter name: the name.
    /// - Returns: whether there was an object of this name.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    @discardableResult
    public nonisolated(nonsending) func unregister(_ name: String) async throws -> Bool {
        try await storage.peer.request(.unregister(name)).value(as: Bool.self)
    }

    /// The names that objects have, in order.
    ///
    /// - Returns: the names.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func names() async throws -> [String] {
        try await storage.peer.request(.names).value(as: [String].self)
    }

    /// How many objects somebody outside of the manager holds: proxies, names, messages on their way.
    ///
    /// Python's `_number_of_objects`, for tests that look for what was forgotten.
    ///
    /// - Returns: the number.
    /// - Throws: a ``MultiprocessingError`` with the code `managerGone`.
    public nonisolated(nonsending) func objectCount() async throws -> Int {
        try await storage.peer.request(.objectCount).value(as: Int.self)
    }
}

extension ManagerStorage {
    /// Sends a closure that makes an object.
    nonisolated(nonsending) func create<Body: PortableBody>(
        _ body: Body, _ arguments: Body.Arguments
    ) async throws -> Body.Output where Body.Context == Nothing {
        let peer = try peer
        var message = MessageWriter()
        do {
            try InvocationCoder.encode(body, context: Nothing(), into: &message)
            try Body.encode(arguments, into: &message)
        } catch  where error is EncodingError || error is WireError {
            throw MultiprocessingError(
                .unencodable, "the arguments of an object could not be encoded", cause: error)
        }
        let encoded = message
        return try await peer.exchange(.create, attachments: encoded.attachments) { writer in
            writer.append(contentsOf: encoded.bytes.bytes)
        }.value(as: Body.Output.self)
    }
}

extension ManagerPeer {
    nonisolated(nonsending) func register(_ id: ManagerSystem.ActorID, as name: String) async throws {
        guard id.manager == manager else {
            throw MultiprocessingError(
                .invalidArgument, "\(id) does not live in this manager, which cannot name it")
        }
        try await request(.register(id.number, name)).checkNothing()
    }

    nonisolated(nonsending) func resolve<Act: DistributedActor & Codable>(
        _ name: String, as type: Act.Type
    ) async throws -> Act where Act.ActorSystem == ManagerSystem {
        let key: TypeKey
        do {
            key = try TypeKey(type)
        } catch {
            throw MultiprocessingError(
                .invalidArgument, "the type of an object cannot be named", cause: error)
        }
        return try await request(.resolve(name, key)).value(as: type)
    }
}
