import Multiprocessing

/// A type with stored arguments as the body of five processes, which are named after it.
enum P32 {
    static func run() async throws {
        let children = (1...5).map { number in ChildProcess(task: Greeting(number: number)) }
        for child in children { try await child.start() }
        for child in children { try await child.join() }
    }

    /// What each process does.
    struct Greeting: ProcessTask {
        let number: Int

        func run() {
            print("greeting \(number) from \(ChildProcess.current.name)")
        }
    }
}
