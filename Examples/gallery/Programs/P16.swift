import Multiprocessing

/// A queue that is served over TCP with a key: one client puts, another gets.
enum P16 {
    static func run() async throws {
        let key = try AuthenticationKey("a key of sixteen bytes or more".utf8)
        let server = try await ManagerServer(.tcp("127.0.0.1", port: 0), key: key)
        let queue = try ManagedQueue<String>(actorSystem: server.system)
        try server.system.register(queue, as: "queue")
        let serving = Task { try await server.serve() }

        // All that a client has to know is where the server is and what the key is.
        let address = server.address
        let putter = ChildProcess(address, context: ProcessContext(.spawn)) { address in
            try await P16.queue(at: address).put("hello")
        }
        let getter = ChildProcess(address, context: ProcessContext(.spawn)) { address in
            say(try await P16.queue(at: address).get() ?? "nothing")
        }
        for client in [getter, putter] { try await client.start() }
        for client in [getter, putter] { try await client.join() }
        server.shutdown()
        try await serving.value
    }

    /// The queue of a server.
    static func queue(at address: ListenerAddress) async throws -> ManagedQueue<String> {
        let key = try AuthenticationKey("a key of sixteen bytes or more".utf8)
        let manager = try await Manager.connect(to: address, key: key)
        return try await manager.resolve("queue", as: ManagedQueue<String>.self)
    }
}
