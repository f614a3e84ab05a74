import Multiprocessing

/// A value, an array and a list in a manager's process, changed by a child.
enum P43 {
    static func run() async throws {
        try await withManager { manager in
            let number = try await manager.value(0.0)
            let array = try await manager.array(0..<10)
            let list = try await manager.list(of: String.self)
            let child = ChildProcess(number, array, list) { number, array, list in
                try await number.set(3.14)
                try await array.set(5, at: 0)
                try await list.append("Hello")
            }
            try await child.start()
            try await child.join()
            print(try await number.value)
            print(try await array.copy())
            print(try await list.copy())
        }
    }
}
