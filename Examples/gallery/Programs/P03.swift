import Glibc
import Multiprocessing

/// Print the names and numbers of a process and its parent, here and in a child.
enum P03 {
    static func run() async throws {
        printProcess("in the program")
        let child = ChildProcess(name: "child") { printProcess("in the child") }
        try await child.start()
        try await child.join()
    }

    static func printProcess(_ title: String) {
        print(title)
        print("  name: \(ChildProcess.current.name)")
        // The program itself is nobody's child here; it was started by a shell, say.
        print("  parent: \(ChildProcess.parent?.pid ?? getppid())")
        print("  pid: \(ChildProcess.current.pid)")
    }
}
