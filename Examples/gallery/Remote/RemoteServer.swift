import Distributed
import Multiprocessing

/// What the programs about managers and listeners share, for a client on another machine:
/// `gallery --serve HOST KEY`, and there `gallery --visit MANAGER LISTENER KEY`.
enum RemoteServer {
    /// Serves until a client says that it is over; prints where the manager and the listener are, in a line each.
    static func run(_ host: String, _ key: AuthenticationKey) async throws {
        let server = try await ManagerServer(.tcp(host), key: key)
        let over = ManagedEvent(actorSystem: server.system)
        try register(over, server.system)
        let listener = try await Listener(.tcp(host), key: key)
        say("\(server.address)")
        say("\(listener.address)")
        let serving = Task { try await server.serve() }
        try await greet(listener)
        try await over.wait()
        server.shutdown()
        try await serving.value
        say("the server ends")
    }

    /// Gives the objects of the programs their names.
    private static func register(_ over: ManagedEvent, _ system: ManagerSystem) throws {
        try system.register(ManagedNamespace(actorSystem: system), as: "P14 global")
        try system.register(P15.Maths(actorSystem: system), as: "P15 maths")
        try system.register(ManagedQueue<String>(actorSystem: system), as: "P47 queue")
        try system.register(ManagedLock(actorSystem: system), as: "P47 lock")
        try system.register(ManagedSemaphore(value: 3, actorSystem: system), as: "P49 semaphore")
        try system.register(ManagedList<Int>([], actorSystem: system), as: "P49 inside")
        try system.register(ManagedValue(0, actorSystem: system), as: "P49 most")
        try system.register(ManagedDictionary<Int, Int>(actorSystem: system), as: "P50 dictionary")
        try system.register(ManagedNamespace(actorSystem: system), as: "P51 namespace")
        try system.register(ManagedEvent(actorSystem: system), as: "P51 is ready")
        try system.register(ManagedEvent(actorSystem: system), as: "P51 is set")
        try system.register(over, as: "over")
    }

    /// Sends the messages of P21 to the first client that comes.
    private static func greet(_ listener: Listener) async throws {
        let connection = try await listener.accept()
        try await connection.send([2.25, nil, "junk"] as MixedValue)
        try await connection.send(bytes: "hello".utf8)
        listener.close()
    }
}
