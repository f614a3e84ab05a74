import Multiprocessing

/// Print a process that sleeps: before its start, when it runs, and after it was terminated.
enum P11 {
    static func run() async throws {
        let child = ChildProcess(name: "sleeper") { try await Task.sleep(for: .seconds(1000)) }
        print(child)
        try await child.start()
        print(child)
        try child.terminate()
        let status = try await child.join()
        print(child)
        print("it \(status)")
        print("exit code \(status.code)")
    }
}
