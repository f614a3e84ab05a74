import Glibc
import Multiprocessing

/// Consumers take tasks from a joinable queue until they find a nil; who waits for the queue waits for all tasks.
enum P34 {
    static func run() async throws {
        let tasks = try JoinableQueue<Square?>()
        let results = try SharedQueue<String>()

        let consumers = 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))
        print("\(consumers) consumers")
        let children = (1...consumers).map { _ in ChildProcess(tasks, results, consume) }
        for child in children { try await child.start() }

        for number in 0..<10 { try await tasks.put(Square(number: number)) }
        for _ in children { try await tasks.put(nil) }
        try await tasks.join()
        for _ in 0..<10 { print(try await results.get() ?? "") }

        do {
            try tasks.taskDone()
        } catch {
            print("one too many: \(error)")
        }
        for child in children { try await child.join() }
    }

    static func consume(_ tasks: JoinableQueue<Square?>, _ results: SharedQueue<String>) async throws {
        for try await task in tasks {
            if let task { try await results.put(task()) }
            try tasks.taskDone()
            if task == nil { break }
        }
    }

    /// A task that can be called.
    struct Square: Codable {
        let number: Int

        func callAsFunction() -> String { "\(number) * \(number) = \(number * number)" }
    }
}
