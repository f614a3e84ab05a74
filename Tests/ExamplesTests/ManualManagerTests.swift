import Distributed
import Multiprocessing
import TestSupport
import Testing

private struct OutOfStock: Error, Codable, Equatable {
    let sku: String
}

distributed actor Inventory {
    typealias ActorSystem = ManagerSystem
    private var stock: [String: Int] = [:]

    distributed func add(_ sku: String, _ count: Int) { stock[sku, default: 0] += count }

    distributed func reserve(_ sku: String, _ count: Int) throws -> Int {
        guard let left = stock[sku], left >= count else { throw OutOfStock(sku: sku) }
        stock[sku] = left - count
        return left - count
    }
}

@Resolvable
protocol StockKeeper: DistributedActor where ActorSystem == ManagerSystem {
    distributed func reserve(_ sku: String, _ count: Int) throws -> Int
}

extension Inventory: StockKeeper {}

distributed actor Lender {
    typealias ActorSystem = ManagerSystem
    private var owner: ManagerSystem.Client?
    private var observation: ManagerSystem.ClientObservation?

    distributed func borrow() -> Bool {
        guard owner == nil, let client = ManagerSystem.currentClient else { return false }
        owner = client
        observation = actorSystem.onEnd(of: client) { [weak self] in
            _ = await self?.whenLocal { $0.takeBack(from: client) }
        }
        return true
    }

    private func takeBack(from client: ManagerSystem.Client) {
        if owner == client { owner = nil }
    }
}

/// The code of the manual's chapter on managers.
@Suite(.timeLimit(.minutes(10)), .startsProcesses)
struct ManualManagerTests {
    @Test func managers() async throws {
        try await withProcessPool(workers: 2) { pool in
            try await withManager { manager in
                let stock = try await manager.create { Inventory(actorSystem: $0) }
                try await stock.add("A-1", 5)
                let left = try await pool.map(0..<3) { _ in try await stock.reserve("A-1", 1) }
                print(left)
                #expect(left.sorted() == [2, 3, 4])
            }
        }
    }

    @Test func limits() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            try await stock.add("A-1", 5)
            let left = try await ManagerSystem.withTimeout(.seconds(5)) { try await stock.reserve("A-1", 2) }
            #expect(left == 3)
        }
    }

    @Test func initializer() async throws {
        let manager = Manager(initializer: { system in
            try system.register(Inventory(actorSystem: system), as: "stock")
        })
        try await manager.start()
        let stock = try await manager.resolve("stock", as: Inventory.self)
        try await stock.add("A-1", 1)
        await manager.shutdown()
        #expect(manager.exitCode == 0)
    }

    @Test func lending() async throws {
        try await withManager { manager in
            let lender = try await manager.create { Lender(actorSystem: $0) }
            let answers = [try await lender.borrow(), try await lender.borrow()]
            #expect(answers == [true, false])
        }
    }

    @Test func addresses() async throws {
        let key = try AuthenticationKey()
        let server = try await ManagerServer(.tcp(port: 0), key: key)
        try server.system.register(Inventory(actorSystem: server.system), as: "stock")
        let serving = Task { [server] in
            try await server.serve()
        }
        let address = server.address
        // In this process the object itself is found, and not a proxy.
        let remote = try await Manager.connect(to: address, key: key)
        let stock = try await remote.resolve("stock", as: Inventory.self)
        try await stock.add("A-1", 3)
        #expect(try await stock.reserve("A-1", 1) == 2)
        let keeper = try await remote.resolve("stock", as: $StockKeeper.self)
        let left = try await keeper.reserve("A-1", 1)
        #expect(left == 1)
        server.shutdown()
        try await serving.value
    }

    @Test func notInspectable() async throws {
        var options = StartOptions()
        options.isInspectable = false
        let manager = Manager(options: options)
        try await withManager(manager) { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            try await stock.add("A-1", 2)
            #expect(try await stock.reserve("A-1", 1) == 1)
        }
    }
}
