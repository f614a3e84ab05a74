import Multiprocessing

/// Attributes of any types, in a manager's process.
enum P14 {
    static func run() async throws {
        try await withManager { manager in
            let global = try await manager.namespace()
            try await global.set("x", to: 10)
            try await global.set("y", to: "hello")
            try await global.set("_z", to: 12.3)
            print(try await global.describe())
            let x = try await global.get("x", as: Int.self)
            let y = try await global.get("y", as: String.self)
            print("x is \(x), y is \(y)")
        }
    }
}
