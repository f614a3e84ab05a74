import Multiprocessing

/// A semaphore lets three of ten processes in at a time; those inside are in a managed list.
enum P49 {
    static func run() async throws {
        let semaphore = try SharedSemaphore(value: 3)
        try await withManager { manager in
            let inside = try await manager.list(of: Int.self)
            let most = try await manager.value(0)
            let visitors = (0..<10).map { number in
                ChildProcess(
                    name: "visitor \(number)", Room(semaphore: semaphore, inside: inside, most: most), number
                ) {
                    room, number in try await room.visit(number)
                }
            }
            for visitor in visitors { try await visitor.start() }
            for visitor in visitors { try await visitor.join() }
            print("never more than \(try await most.value) inside")
            print("at the end: \(try await inside.copy())")
        }
    }

    struct Room: Codable {
        let semaphore: SharedSemaphore
        let inside: ManagedList<Int>
        let most: ManagedValue<Int>

        func visit(_ number: Int) async throws {
            try await semaphore.withPermit {
                try await inside.append(number)
                let present = try await inside.copy()
                try await most.update { $0 = max($0, present.count) }
                say("inside: \(present.sorted())")
                try await inside.removeFirst(of: number)
            }
        }
    }
}
