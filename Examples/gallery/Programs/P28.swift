import Multiprocessing

/// Five processes with an argument each, then processes with given and default names.
enum P28 {
    static func run() async throws {
        let workers = (0..<5).map { number in ChildProcess(number) { print("worker \($0)") } }
        for worker in workers { try await worker.start() }
        for worker in workers { try await worker.join() }

        let named = [
            ChildProcess(name: "my_service", sayName),
            ChildProcess(name: "worker 1", sayName),
            ChildProcess(sayName),
        ]
        for child in named { try await child.start() }
        for child in named { try await child.join() }
    }

    static func sayName() {
        print("\(ChildProcess.current.name) was here")
    }
}
