import Distributed
import Multiprocessing

/// A type of one's own that lives in a manager's process.
enum P15 {
    distributed actor Maths {
        typealias ActorSystem = ManagerSystem
        distributed func add(_ x: Int, _ y: Int) -> Int { x + y }
        distributed func multiply(_ x: Int, _ y: Int) -> Int { x * y }
    }

    static func run() async throws {
        try await withManager { manager in
            let maths = try await manager.create { Maths(actorSystem: $0) }
            say("\(try await maths.add(4, 3))")
            say("\(try await maths.multiply(7, 8))")
        }
    }
}
