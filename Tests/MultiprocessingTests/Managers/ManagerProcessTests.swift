import Distributed
import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagerProcessTests {
    @Test(
        "MGR-01: a manager starts, serves and shuts down, and its process ends with 0",
        arguments: everyContext)
    func life(context: ProcessContext) async throws {
        let manager = Manager(context: context)
        #expect(manager.pid == nil && !manager.isAlive && manager.exitCode == nil)
        #expect("\(manager)".contains("initial"))
        try await manager.start()
        #expect(manager.isAlive && manager.exitCode == nil && manager.address != nil)
        #expect(manager.name.hasPrefix("Manager-") && "\(manager)".contains("started"))
        #expect(ChildProcess.active.contains { $0.name == manager.name })
        let stock = try await manager.create { Inventory(actorSystem: $0) }
        try await stock.add("A", 1)
        await manager.shutdown()
        #expect(manager.exitCode == 0 && !manager.isAlive)
        await manager.shutdown()
        #expect(await code { try await stock.add("A", 1) } == .managerGone)
        #expect(await code { try await manager.start() } == .alreadyStarted)
    }

    @Test("MGR-01: a manager that is slow to end is terminated")
    func slowEnd() async throws {
        let manager = Manager(initializer: { _ in
            _ = Finalizer { while true { sleep(1000) } }
        })
        try await manager.start()
        await manager.shutdown(timeout: .milliseconds(200))
        #expect(manager.exitCode == -SIGTERM)
    }

    @Test("MGR-02: the scope of a manager that was started does not start a second one")
    func scope() async throws {
        let manager = Manager()
        try await manager.start()
        let pid = manager.pid
        try await withManager(manager) { #expect($0.pid == pid) }
        #expect(manager.exitCode == 0)
        let other = Manager(name: "keeper")
        try await withManager(other) { manager in
            #expect(manager.isAlive && manager.name == "keeper")
        }
        #expect(other.exitCode == 0)
    }

    @Test("MGR-06: the initializer runs once before the start is over, and names what it makes")
    func initializer() async throws {
        let manager = Manager(initializer: { system in
            try system.register(Shelf([1, 4, 9], actorSystem: system), as: "squares")
        })
        try await withManager(manager) { manager in
            #expect(try await manager.names() == ["squares"])
            let shelf = try await manager.resolve("squares", as: Shelf<Int>.self)
            #expect(try await shelf.all() == [1, 4, 9])
            #expect(
                await code { _ = try await manager.resolve("squares", as: Inventory.self) }
                    == .invalidArgument)
            #expect(await code { _ = try await manager.resolve("cubes", as: Inventory.self) } == .notFound)
            #expect(await code { try await manager.register(shelf, as: "squares") } == .alreadyExists)
            #expect(try await manager.unregister("squares"))
            #expect(try await !manager.unregister("squares"))
            #expect(try await shelf.all() == [1, 4, 9])
        }
    }

    @Test("MGR-06: what the initializer throws is thrown by the start, and no process is left")
    func initializerThrows() async throws {
        let manager = Manager(initializer: { _ in throw OutOfStock(sku: "start") })
        await #expect(throws: OutOfStock(sku: "start")) { try await manager.start() }
        #expect(!manager.isAlive)
        #expect(await code { _ = try await manager.names() } == .notStarted)
        await manager.shutdown()
    }

    @Test("A manager that is not started, or whose address is taken, is an error")
    func misuse() async throws {
        let manager = Manager()
        #expect(await code { _ = try await manager.create { Inventory(actorSystem: $0) } } == .notStarted)
        await manager.shutdown()
        try await withManager { first in
            let second = Manager(address: first.address)
            #expect(await code { try await second.start() } == .addressInUse)
        }
    }

    @Test("A manager that is killed fails every call, at once and with a typed error")
    func killed() async throws {
        let manager = Manager()
        try await manager.start()
        let stock = try await manager.create { Inventory(actorSystem: $0) }
        let waiting = (0..<10).map { _ in Task { await code { try await stock.sleep() } } }
        // They have all begun when a later call has come back.
        try await stock.add("A", 1)
        if let pid = manager.pid { kill(pid, SIGKILL) }
        for call in waiting { #expect(await call.value == .managerGone) }
        #expect(await code { try await stock.add("A", 1) } == .managerGone)
        #expect(await code { _ = try await manager.names() } == .managerGone)
        await manager.shutdown()
        #expect(manager.exitCode == -SIGKILL)
    }

    @Test("An object that traps takes its manager with it, and only that")
    func trap() async throws {
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        try await withManager { other in
            let manager = Manager()
            try await manager.start()
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            #expect(await code { try await stock.crash() } == .managerGone)
            await manager.shutdown()
            #expect(manager.exitCode != 0)
            let bystander = try await other.create { Inventory(actorSystem: $0) }
            #expect(try await bystander.kinds == 0)
        }
    }

    @Test("Several managers do not notice each other, and hold each other's objects")
    func several() async throws {
        try await withManager { first in
            try await withManager { second in
                let one = try await first.create { Inventory(actorSystem: $0) }
                let two = try await second.create { Inventory(actorSystem: $0) }
                #expect(one.id != two.id)
                #expect(try await one.processID() != two.processID())
                try await one.keep(two)
                let back = try await one.kept()
                #expect(back.map(\.id) == [two.id])
                try await back[0].add("B", 1)
                #expect(try await two.kinds == 1)
                #expect(await code { try await first.register(two, as: "two") } == .invalidArgument)
            }
        }
    }

    @Test("A forked copy of a process has ways of its own to managers")
    func forked() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let child = ChildProcess(context: ProcessContext(.fork)) { try await stock.add("forked", 1) }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            #expect(try await stock.kinds == 1)
        }
    }
}
