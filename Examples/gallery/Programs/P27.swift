import Multiprocessing

/// Four workers take tasks from one queue and put results on another, until each of them finds a stop.
enum P27 {
    static func run() async throws {
        let tasks = try SharedQueue<Job>()
        let done = try SharedQueue<String>()
        for number in 0..<20 { try await tasks.put(.multiply(number, 7)) }

        let workers = (1...4).map { ChildProcess(name: "worker \($0)", tasks, done, work) }
        for worker in workers { try await worker.start() }
        for _ in 0..<20 { print(try await done.get() ?? "") }

        for number in 0..<10 { try await tasks.put(.add(number, 8)) }
        for _ in 0..<10 { print(try await done.get() ?? "") }

        for _ in workers { try await tasks.put(.stop) }
        for worker in workers { print("\(worker.name) ended with code \(try await worker.join().code)") }
    }

    static func work(_ tasks: SharedQueue<Job>, _ done: SharedQueue<String>) async throws {
        let name = ChildProcess.current.name
        for try await job in tasks {
            switch job {
            case .multiply(let a, let b): try await done.put("\(name) says that \(a) × \(b) = \(a * b)")
            case .add(let a, let b): try await done.put("\(name) says that \(a) + \(b) = \(a + b)")
            case .stop: return
            }
        }
    }

    /// What a worker can be asked to do.
    enum Job: Codable {
        case multiply(Int, Int)
        case add(Int, Int)
        case stop
    }
}
