import Glibc
import Multiprocessing

/// A daemon and a normal process: the end of a program terminates the one and waits for the other.
enum P29 {
    static func run() async throws {
        // The end of a child is like that of a program, and here there is somebody left to see it.
        var options = StartOptions()
        options.standardOutput = .captured
        let program = ChildProcess(name: "program", options: options) { try await runProgram() }
        try await program.start()
        // The output ends when nobody holds it any more: the daemon neither.
        for try await line in program.standardOutputLines { print(line) }
        print("exit code of the program: \(try await program.join().code)")
    }

    static func runProgram() async throws {
        let daemon = ChildProcess(name: "daemon", daemon: true) {
            try await Task.sleep(for: .seconds(1000))
            print("the daemon is done")
        }
        let normal = ChildProcess(name: "normal", daemon: false) {
            try await Task.sleep(for: .milliseconds(500))
            print("the normal process is done")
        }
        try await daemon.start()
        let status = try await daemon.join(timeout: .seconds(1))
        print("the daemon ended within a second: \(status != nil)")
        print("the daemon is alive: \(daemon.isAlive)")
        try await normal.start()
        print("the program has nothing more to do")
        // What is printed into a pipe is written at the end otherwise, and that waits for the normal process.
        fflush(nil)
    }
}
