import Distributed
import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagerServerTests {
    private func key(_ text: String = "a key of many bytes") throws -> AuthenticationKey {
        try AuthenticationKey(Array(text.utf8))
    }

    @Test(
        "A server in this process serves others at an address, until it is shut down",
        arguments: [true, false])
    func serves(isNetwork: Bool) async throws {
        let key = try key()
        let server = try await ManagerServer(isNetwork ? .tcp() : nil, key: key)
        try server.system.register(Inventory(actorSystem: server.system), as: "stock")
        #expect(server.system.names == ["stock"] && "\(server)".contains("\(server.address)"))
        async let serving: Void = server.serve()
        let child = ChildProcess(server.address, authenticationKey: key) { address in
            let manager = try await Manager.connect(to: address)
            let stock = try await manager.resolve("stock", as: Inventory.self)
            try await stock.add("remote", 7)
            do {
                _ = try await stock.reserve("other", 1)
                exit(3)
            } catch let error as OutOfStock where error.sku == "other" {
                exit(try await stock.reserve("remote", 2) == 5 ? 0 : 4)
            }
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        server.shutdown()
        try await serving
        await #expect(throws: MultiprocessingError.self) {
            _ = try await Manager.connect(to: server.address, key: key)
        }
        server.shutdown()
    }

    @Test("A server that is cancelled throws that, and its clients learn it")
    func cancelled() async throws {
        let server = try await ManagerServer()
        try server.system.register(Inventory(actorSystem: server.system), as: "stock")
        let serving = Task { try await server.serve() }
        let child = ChildProcess(server.address, options: .captured) { address in
            let stock = try await Manager.connect(to: address).resolve("stock", as: Inventory.self)
            try await stock.add("A", 1)
            say("connected")
            do {
                try await stock.sleep()
                exit(3)
            } catch let error as MultiprocessingError where error.code == .managerGone {
                exit(0)
            }
        }
        try await child.start()
        var lines = child.standardOutputLines.makeAsyncIterator()
        #expect(try await lines.next() == "connected")
        serving.cancel()
        await #expect(throws: CancellationError.self) { try await serving.value }
        #expect(try await child.join() == .exited(0))
    }

    @Test("MGR-16: a manager can be started again at the same address, and is another manager")
    func restart() async throws {
        let key = try key()
        let first = Manager(address: .tcp(), key: key)
        try await first.start()
        let address = try #require(first.address)
        let old = try await first.create { Inventory(actorSystem: $0) }
        try await old.add("old", 1)
        await first.shutdown()
        let second = Manager(
            address: address, key: key,
            initializer: { system in
                try system.register(Inventory(actorSystem: system), as: "stock")
            })
        try await second.start()
        #expect(second.address == address)
        let remote = try await Manager.connect(to: address, key: key)
        let fresh = try await remote.resolve("stock", as: Inventory.self)
        #expect(try await fresh.kinds == 0)
        #expect(await code { try await old.add("old", 1) } == .managerGone)
        await second.shutdown()
    }

    @Test("Nobody gets in with another key, or none")
    func keys() async throws {
        let manager = Manager(address: .tcp(), key: try key())
        try await manager.start()
        let address = try #require(manager.address)
        let other = try key("another key of many bytes")
        #expect(
            await code { _ = try await Manager.connect(to: address, key: other) } == .authenticationFailed)
        #expect(await code { _ = try await Manager.connect(to: address) } == .authenticationFailed)
        #expect(try await Manager.connect(to: address, key: try key()).names() == [])
        await manager.shutdown()
    }

    @Test("AUT-18: a manager's address refuses clients of plain listeners with the same key, and the reverse")
    func purposes() async throws {
        let key = try key()
        let manager = Manager(key: key)
        try await manager.start()
        let address = try #require(manager.address)
        await #expect(throws: MultiprocessingError.self) {
            _ = try await Connection.connect(to: address, key: key)
        }
        let listener = try await Listener(key: key)
        let accepting = Task { try await listener.accept() }
        await #expect(throws: MultiprocessingError.self) {
            _ = try await Manager.connect(to: listener.address, key: key)
        }
        accepting.cancel()
        _ = await accepting.result
        listener.close()
        await manager.shutdown()
    }

    @Test("A generic method takes only types that a stranger's manager knows")
    func unknownTypes() async throws {
        let server = try await ManagerServer()
        try server.system.register(Inventory(actorSystem: server.system), as: "stock")
        let serving = Task { try await server.serve() }
        let child = ChildProcess(server.address) { address in
            let stock = try await Manager.connect(to: address).resolve("stock", as: Inventory.self)
            do {
                _ = try await stock.echo(Unfamiliar(x: 1))
                exit(3)
            } catch let error as MultiprocessingError where error.code == .notExported {
                exit(try await stock.echo("known") == "known" ? 0 : 4)
            }
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        ManagerSystem.register(type: Familiar.self)
        let second = ChildProcess(server.address) { address in
            let stock = try await Manager.connect(to: address).resolve("stock", as: Inventory.self)
            exit(try await stock.echo(Familiar(x: 1)).x == 1 ? 0 : 3)
        }
        try await second.start()
        #expect(try await second.join() == .exited(0))
        serving.cancel()
        _ = await serving.result
    }
}

private struct Unfamiliar: Codable, Sendable { var x: Int }
private struct Familiar: Codable, Sendable { var x: Int }
