import Multiprocessing

/// Print a process and whether it is alive: before its start, when it runs, terminated, and joined.
enum P30 {
    static func run() async throws {
        let child = ChildProcess(name: "slow worker") { try await Task.sleep(for: .seconds(1000)) }
        print("before:     \(child), alive: \(child.isAlive)")
        try await child.start()
        print("during:     \(child), alive: \(child.isAlive)")
        try child.terminate()
        // It may take a moment to end.
        print("terminated: \(child), alive: \(child.isAlive)")
        let status = try await child.join()
        print("joined:     \(child), alive: \(child.isAlive)")
        print("exit code:  \(status.code)")
    }
}
