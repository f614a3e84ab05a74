import Distributed
import MultiprocessingCore

extension ManagerSystem {
    /// Gives an object of this system's a name, by which clients find it; it lives as long as the name.
    ///
    /// For the initializer of a ``Manager`` and for a ``ManagerServer``.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - name: any text.
    /// - Throws: a ``MultiprocessingError`` with the code `alreadyExists` when another object has the name,
    ///   `invalidArgument` for a system that makes no objects and for an object of another one.
    public func register<Act: DistributedActor>(_ object: Act, as name: String) throws
    where Act.ActorSystem == ManagerSystem {
        guard let core, object.id.manager == core.id else {
            throw MultiprocessingError(
                .invalidArgument, "\(object.id) does not live in this manager, which cannot name it")
        }
        try core.register(object.id.number, as: name)
    }

    /// Takes a name away; the object lives on while there are proxies.
    ///
    /// - Parameter name: the name.
    /// - Returns: whether there was an object of this name.
    @discardableResult
    public func unregister(_ name: String) -> Bool { core?.unregister(name) ?? false }

    /// The names that objects of this system have, in order.
    public var names: [String] { core?.names ?? [] }

    /// Lets other processes use a type as the generic argument of a method, and as an error that is thrown.
    ///
    /// Needed only for what comes from processes that did not start this one or were not started by it: they name types,
    /// and none is looked up that was not registered. The generic arguments of objects are registered with them.
    ///
    /// - Parameter type: the type.
    public static func register<Value: Codable>(type: Value.Type) {
        KnownTypes.add(type)
    }
}
