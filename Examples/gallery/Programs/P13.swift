import Distributed
import Multiprocessing

/// A manager at an address with a key, which serves until it is shut down, and a client that connects.
enum P13 {
    /// What the server has, for whoever knows the name.
    distributed actor Notes {
        typealias ActorSystem = ManagerSystem
        private var lines: [String] = []

        distributed func add(_ line: String) -> Int {
            lines.append(line)
            return lines.count
        }

        distributed func all() -> [String] { lines }
    }

    static func run() async throws {
        let key = try AuthenticationKey(Array("abracadabra, and more".utf8))
        let server = try await ManagerServer(.tcp(), key: key)
        let notes = Notes(actorSystem: server.system)
        try server.system.register(notes, as: "notes")
        async let serving: Void = server.serve()
        let client = ChildProcess(server.address, authenticationKey: key) { address in
            let manager = try await Manager.connect(to: address)
            let notes = try await manager.resolve("notes", as: Notes.self)
            let count = try await notes.add("hello from a client")
            say("the client has written note \(count)")
        }
        try await client.start()
        try await client.join()
        say("the server has \(try await notes.all())")
        server.shutdown()
        try await serving
        do {
            _ = try await Manager.connect(to: server.address, key: key)
        } catch let error as MultiprocessingError {
            say("afterwards: \(error.code)")
        }
    }
}
