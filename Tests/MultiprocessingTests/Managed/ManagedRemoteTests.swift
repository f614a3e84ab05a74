import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A type that only the process which names it first has used.
private struct Stranger: Codable {
    let x: Int
}

/// Managed objects of a server that clients find by TCP, and what clients may not do.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagedRemoteTests {
    private static let secret = Array("a key for tests, long enough".utf8)

    /// A server with a lock, a queue and a list, for as long as the body runs.
    private func withServer(
        _ body: (ManagerServer, ManagedLock, ManagedQueue<Int>, ManagedList<Int>) async throws -> Void
    ) async throws {
        let server = try await ManagerServer(.tcp("127.0.0.1", port: 0), key: AuthenticationKey(Self.secret))
        let system = server.system
        let (lock, list) = (ManagedLock(actorSystem: system), ManagedList([1], actorSystem: system))
        let queue = try ManagedQueue<Int>(actorSystem: system)
        try system.register(lock, as: "lock")
        try system.register(queue, as: "queue")
        try system.register(list, as: "list")
        let serving = Task { try await server.serve() }
        try await body(server, lock, queue, list)
        server.shutdown()
        try await serving.value
    }

    /// What a client does.
    fileprivate static func connect(to address: ListenerAddress) async throws -> RemoteManager {
        try await Manager.connect(to: address, key: AuthenticationKey(secret))
    }

    @Test("MGR-18: a client over TCP that is killed gives its lock back")
    func killedClient() async throws {
        try await withServer { server, lock, _, _ in
            let gate = FileGate()
            defer { gate.remove() }
            let child = ChildProcess(server.address, gate, context: ProcessContext(.spawn)) { address, gate in
                let lock = try await ManagedRemoteTests.connect(to: address)
                    .resolve("lock", as: ManagedLock.self)
                try await lock.acquire()
                gate.open()
                try await Task.sleep(for: .seconds(600))
            }
            try await child.start()
            try await onThread { gate.pass() }
            let pid = try #require(child.pid)
            #expect(try await lock.ownerID == pid)
            kill(pid, SIGKILL)
            #expect(try await lock.acquire() == .ownerDied(pid))
            try await lock.markRepaired()
            try await lock.release()
            try await child.join()
        }
    }

    @Test("QUE-17: a queue and a list of a server, used here and by a client over TCP")
    func queueOverTCP() async throws {
        try await withServer { server, _, queue, list in
            let child = ChildProcess(server.address, context: ProcessContext(.spawn)) { address in
                let manager = try await ManagedRemoteTests.connect(to: address)
                let queue = try await manager.resolve("queue", as: ManagedQueue<Int>.self)
                let list = try await manager.resolve("list", as: ManagedList<Int>.self)
                for try await number in queue { try await list.append(number) }
            }
            try await child.start()
            for number in 2...4 { try await queue.put(number) }
            try await queue.finish()
            #expect(try await child.join() == .exited(0))
            #expect(try await list.copy() == [1, 2, 3, 4])
        }
    }

    @Test("A type that the manager does not know is refused from others than the process that started it")
    func unknownTypes() async throws {
        try await withManager { manager in
            let namespace = try await manager.namespace()
            let child = ChildProcess(namespace) { namespace in
                let refusal = await code { try await namespace.set("x", to: Stranger(x: 1)) }
                guard refusal == .notExported else { throw TestError() }
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            try await namespace.set("x", to: Stranger(x: 2))
            let other = ChildProcess(namespace) { namespace in
                guard try await namespace.get("x", as: Stranger.self).x == 2 else { throw TestError() }
            }
            try await other.start()
            #expect(try await other.join() == .exited(0))
        }
    }
}
