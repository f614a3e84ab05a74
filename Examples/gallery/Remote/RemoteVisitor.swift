import Distributed
import Multiprocessing

/// The clients' part of the programs that have a remote form, with processes of its own that share the server's objects.
struct RemoteVisitor {
    private let manager: RemoteManager

    /// Does all parts, one after another, and ends the server.
    static func run(_ server: ListenerAddress, _ listener: ListenerAddress, _ key: AuthenticationKey)
        async throws
    {
        // Processes that it starts have the key as well, by which their proxies connect.
        key.use()
        let visitor = RemoteVisitor(manager: try await Manager.connect(to: server))
        try await visitor.attributes()
        try await visitor.ownType()
        try await hearMessages(listener)
        try await visitor.workers()
        try await visitor.threeAtATime()
        try await visitor.tenKeys()
        try await visitor.beforeAndAfter()
        try await visitor.end()
    }

    /// Tells the server that it is over, which may be gone before it has answered.
    private func end() async throws {
        let over = try await manager.resolve("over", as: ManagedEvent.self)
        do {
            try await over.set()
        } catch let error as MultiprocessingError where error.code == .managerGone {}
    }

    private func attributes() async throws {
        let global = try await manager.resolve("P14 global", as: ManagedNamespace.self)
        try await global.set("x", to: 10)
        try await global.set("y", to: "hello")
        say("P14 \(try await global.get("x", as: Int.self)) \(try await global.get("y", as: String.self))")
    }

    private func ownType() async throws {
        let maths = try await manager.resolve("P15 maths", as: P15.Maths.self)
        say("P15 \(try await maths.add(4, 3)) \(try await maths.multiply(7, 8))")
    }

    private static func hearMessages(_ listener: ListenerAddress) async throws {
        try await withConnection(to: listener) { connection in
            let value = try await connection.receive(MixedValue.self)
            say("P21 \(value) \(String(decoding: try await connection.receiveBytes(), as: UTF8.self))")
        }
    }

    private func workers() async throws {
        let queue = try await manager.resolve("P47 queue", as: ManagedQueue<String>.self)
        let lock = try await manager.resolve("P47 lock", as: ManagedLock.self)
        try await withProcessPool(workers: 3) { pool in
            try await pool.map(["a", "b", "c", "d"]) { letter in
                try await lock.withLock { try await queue.put("\(letter) is done") }
            }
        }
        try await queue.finish()
        var lines: [String] = []
        for try await line in queue { lines.append(line) }
        say("P47 \(lines.sorted())")
    }

    private func threeAtATime() async throws {
        let semaphore = try await manager.resolve("P49 semaphore", as: ManagedSemaphore.self)
        let inside = try await manager.resolve("P49 inside", as: ManagedList<Int>.self)
        let most = try await manager.resolve("P49 most", as: ManagedValue<Int>.self)
        let room = Room(semaphore: semaphore, inside: inside, most: most)
        let guests = (0..<10).map { ChildProcess(room, $0) { room, number in try await room.visit(number) } }
        for guest in guests { try await guest.start() }
        for guest in guests { try await guest.join() }
        say("P49 never more than 3: \(try await most.value <= 3), at the end: \(try await inside.copy())")
    }

    private struct Room: Codable {
        let semaphore: ManagedSemaphore
        let inside: ManagedList<Int>
        let most: ManagedValue<Int>

        func visit(_ number: Int) async throws {
            try await semaphore.withPermit {
                try await inside.append(number)
                let count = try await inside.count
                try await most.update { $0 = max($0, count) }
                try await inside.removeFirst(of: number)
            }
        }
    }

    private func tenKeys() async throws {
        let dictionary = try await manager.resolve("P50 dictionary", as: ManagedDictionary<Int, Int>.self)
        let children = (0..<10).map { number in
            ChildProcess(dictionary, number) { try await $0.set($1 * 2, forKey: $1) }
        }
        for child in children { try await child.start() }
        for child in children { try await child.join() }
        say("P50 \(try await dictionary.items().sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })")
    }

    private func beforeAndAfter() async throws {
        let namespace = try await manager.resolve("P51 namespace", as: ManagedNamespace.self)
        let isReady = try await manager.resolve("P51 is ready", as: ManagedEvent.self)
        let isSet = try await manager.resolve("P51 is set", as: ManagedEvent.self)
        let consumer = ChildProcess(namespace, isSet, isReady) { namespace, isSet, isReady in
            do {
                say("P51 before: \(try await namespace.get("value", as: String.self))")
            } catch {
                say("P51 before: \(error)")
            }
            try await isReady.set()
            try await isSet.wait()
            say("P51 after: \(try await namespace.get("value", as: String.self))")
        }
        try await consumer.start()
        try await isReady.wait()
        try await namespace.set("value", to: "This is the value")
        try await isSet.set()
        try await consumer.join()
    }
}
