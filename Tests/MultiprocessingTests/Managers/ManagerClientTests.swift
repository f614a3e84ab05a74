import Distributed
import Glibc
import Multiprocessing
import TestSupport
import Testing

/// A pool that lives in a manager.
distributed actor Workshop {
    typealias ActorSystem = ManagerSystem
    private let pool: ProcessPool

    init(workers: Int, actorSystem: ManagerSystem) throws {
        pool = try ProcessPool(workers: workers)
        self.actorSystem = actorSystem
    }

    distributed func squares(_ numbers: [Int]) async throws -> [Int] {
        try await pool.map(numbers) { $0 * $0 }
    }
    distributed func close() async { await pool.shutdown() }
}

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ManagerClientTests {
    @Test("Workers of a pool use an object that their body captures, and errors keep their types")
    func pool() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            try await stock.add("A", 100)
            try await withProcessPool(workers: 2) { pool in
                let left = try await pool.map(0..<50) { _ in try await stock.reserve("A", 2) }
                #expect(left.sorted() == Array(stride(from: 0, to: 100, by: 2)))
                await #expect(throws: OutOfStock(sku: "A")) {
                    try await pool.apply(stock) { try await $0.reserve("A", 1) }
                }
                let other = try await pool.apply(stock) { stock in
                    let fresh = try await stock.fresh()
                    try await fresh.add("F", 4)
                    return fresh
                }
                #expect(try await other.reserve("F", 1) == 3)
                #expect(try await pool.apply(stock) { try await $0.echo([1.5]) } == [1.5])
            }
        }
    }

    @Test("Children use an object with every start method", arguments: everyContext)
    func children(context: ProcessContext) async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let child = ChildProcess(context: context) {
                try await stock.add("child", 1)
                guard try await stock.caller() == ChildProcess.current.pid else { exit(3) }
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            #expect(try await stock.kinds == 1)
        }
    }

    @Test("An object in a message lives until it is received, also when its sender has let go of it")
    func inTransit() async throws {
        try await withManager { manager in
            let queue = try SharedQueue<Inventory>()
            do {
                let stock = try await manager.create { Inventory(actorSystem: $0) }
                try await stock.add("kept", 1)
                try await queue.put(stock)
            }
            #expect(try await manager.objectCount() == 1)
            let child = ChildProcess(queue) { queue in
                guard let stock = try await queue.get(timeout: .seconds(60)) else { exit(3) }
                exit(try await stock.kinds == 1 ? 0 : 4)
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            while try await manager.objectCount() != 0 { await Task.yield() }
        }
    }

    @Test("PXY-08: after all proxies are dropped the manager holds zero objects")
    func dropped() async throws {
        try await withManager { manager in
            do {
                let stock = try await manager.create { Inventory(actorSystem: $0) }
                let other = try await manager.create { Inventory(actorSystem: $0) }
                try await stock.keep(other)
                _ = try await stock.kept()
                #expect(try await manager.objectCount() == 2)
                try await withProcessPool(workers: 2) { pool in
                    _ = try await pool.map(0..<10) { _ in try await stock.kinds + other.kinds }
                }
                try await manager.register(other, as: "other")
                try await manager.unregister("other")
            }
            while try await manager.objectCount() != 0 { await Task.yield() }
        }
    }

    @Test("An object that another one keeps lives on without a proxy")
    func keptInside() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            do {
                let inner = try await manager.create { Inventory(actorSystem: $0) }
                try await inner.add("inside", 1)
                try await stock.keep(inner)
            }
            while try await manager.objectCount() != 1 { await Task.yield() }
            #expect(try await stock.kept()[0].kinds == 1)
            try await stock.forget()
            while try await manager.objectCount() != 1 { await Task.yield() }
        }
    }

    @Test("MGR-18 PXY-08: what a client held and had borrowed is given back when it is killed")
    func killedClient() async throws {
        try await withManager { manager in
            let lender = try await manager.create { Lender(actorSystem: $0) }
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            let gate = FileGate()
            defer { gate.remove() }
            let options = StartOptions.captured
            let child = ChildProcess(options: options) {
                let own = try await stock.fresh()
                guard try await lender.take() else { exit(3) }
                async let sleeping: Void = stock.sleep()
                try await own.add("own", 1)
                say("ready")
                try await sleeping
            }
            try await child.start()
            var lines = child.standardOutputLines.makeAsyncIterator()
            #expect(try await lines.next() == "ready")
            #expect(try await lender.isFree() == false)
            #expect(try await lender.take() == false)
            #expect(try await manager.objectCount() == 3)
            try child.kill()
            try await child.join()
            while try await !lender.isFree() { await Task.yield() }
            while try await !stock.hasBeenCancelled() { await Task.yield() }
            while try await manager.objectCount() != 2 { await Task.yield() }
        }
    }

    @Test("MGR-09: a pool that lives in a manager is used from a child")
    func managedPool() async throws {
        try await withManager { manager in
            let workshop = try await manager.create(2) { try Workshop(workers: $1, actorSystem: $0) }
            let child = ChildProcess {
                exit(try await workshop.squares([1, 2, 3]) == [1, 4, 9] ? 0 : 3)
            }
            try await child.start()
            #expect(try await child.join() == .exited(0))
            try await workshop.close()
        }
    }

    @Test("Clients die again and again, and the manager holds nothing of theirs")
    func churn() async throws {
        try await withManager { manager in
            let stock = try await manager.create { Inventory(actorSystem: $0) }
            for round in 0..<10 {
                let child = ChildProcess(round) { round in
                    let own = try await stock.fresh()
                    try await own.add("own", round)
                    kill(getpid(), SIGKILL)
                }
                try await child.start()
                #expect(try await child.join() == .signaled(SIGKILL))
            }
            while try await manager.objectCount() != 1 { await Task.yield() }
            #expect(try await stock.kinds == 0)
        }
    }
}
