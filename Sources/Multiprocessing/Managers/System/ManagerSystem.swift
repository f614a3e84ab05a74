@_exported public import Distributed
import MultiprocessingCore

/// What makes a distributed actor an object of a manager: the way by which calls reach it.
///
/// ```swift
/// distributed actor Inventory {
///     typealias ActorSystem = ManagerSystem
///     distributed func reserve(_ sku: String, _ count: Int) throws -> Int { … }
/// }
/// let stock = try await manager.create { Inventory(actorSystem: $0) }     // lives in the manager's process
/// let left = try await stock.reserve("A-1", 2)                            // a call from this one
/// ```
///
/// Whoever gets the object in a message has a proxy, whose `distributed` methods are called where the object lives;
/// nothing else of it can be reached. Arguments and results are `Codable`. What a method throws is thrown to its
/// caller, as its own type if that is `Codable`. A call is cancelled with its task: the method sees
/// `Task.isCancelled`. An object ends when the last proxy, its names and its manager are gone. When the manager has
/// ended, calls throw a ``MultiprocessingError`` with the code `managerGone`.
///
/// The calls of one proxy that are made one after another arrive in order; two that are made at once may not.
public final class ManagerSystem: DistributedActorSystem, Sendable {
    /// What arguments and results have to be.
    public typealias SerializationRequirement = Codable

    /// The system of proxies in this process; it makes no objects.
    ///
    /// A decoder other than the library's needs it as its `userInfo[.actorSystemKey]` for proxies.
    public static let shared = ManagerSystem(nil)

    /// What decoders have to know so that they can decode proxies.
    static let decodingInfo: [CodingUserInfoKey: any Sendable] = [.actorSystemKey: shared]

    /// The objects; nil where there are only proxies.
    let core: ServerCore?

    init(_ core: ServerCore?) {
        self.core = core
    }

    /// Finds an object of this process; the runtime makes a proxy for every other.
    ///
    /// - Parameters:
    ///   - id: which object.
    ///   - type: what it has to be.
    /// - Returns: the object itself, or nil for a proxy.
    /// - Throws: a ``MultiprocessingError`` with the code `notFound` for an object that has ended, `invalidArgument`
    ///   for one of another type.
    public func resolve<Act>(id: ActorID, as type: Act.Type) throws -> Act?
    where Act: DistributedActor, Act.ID == ActorID {
        // What stands for a protocol is never the object itself.
        guard !(type is any _DistributedActorStub.Type), let server = ManagerDirectory.server(id.manager)
        else {
            return nil
        }
        guard let object = server.object(id.number) else { throw MultiprocessingError.objectGone(id.number) }
        guard let found = object as? Act else {
            throw MultiprocessingError(
                .invalidArgument, "\(id) is a \(Swift.type(of: object)), and not a \(type)")
        }
        return found
    }

    /// Numbers an object that is being made.
    ///
    /// - Parameter type: what it is.
    /// - Returns: its identifier.
    public func assignID<Act>(_ type: Act.Type) -> ActorID where Act: DistributedActor, Act.ID == ActorID {
        core?.makeID() ?? ActorID(manager: .none, number: .random(in: 0...UInt64.max), address: nil)
    }

    /// Takes an object in that has been made.
    ///
    /// - Parameter actor: the object.
    public func actorReady<Act>(_ actor: Act) where Act: DistributedActor, Act.ID == ActorID {
        core?.add(actor, number: actor.id.number)
    }

    /// Forgets an object that ends.
    ///
    /// - Parameter id: which.
    public func resignID(_ id: ActorID) {
        core?.forget(id.number)
    }

    /// Begins a call.
    ///
    /// - Returns: where its arguments are written.
    public func makeInvocationEncoder() -> InvocationEncoder {
        InvocationEncoder()
    }
}

extension CodingUserInfoKey {
    /// Under which an encoder finds whom a manager answers.
    static let managerRecipient: CodingUserInfoKey = {
        guard let key = CodingUserInfoKey(rawValue: "multiprocessing.manager.recipient") else {
            fatalError("a key of a text cannot be made")
        }
        return key
    }()
}
