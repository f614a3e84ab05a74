import Multiprocessing

/// A queue that a local process uses, and a remote client by the same server.
enum P17 {
    static func run() async throws {
        let key = try AuthenticationKey("a key of sixteen bytes or more".utf8)
        let server = try await ManagerServer(.tcp("127.0.0.1", port: 0), key: key)
        let queue = try ManagedQueue<String>(actorSystem: server.system)
        try server.system.register(queue, as: "queue")
        let serving = Task { try await server.serve() }

        let local = ChildProcess(server.address) { address in
            try await P16.queue(at: address).put("local hello")
        }
        try await local.start()
        try await local.join()
        let remote = ChildProcess(server.address, context: ProcessContext(.spawn)) { address in
            say(try await P16.queue(at: address).get() ?? "nothing")
        }
        try await remote.start()
        try await remote.join()
        server.shutdown()
        try await serving.value
    }
}
