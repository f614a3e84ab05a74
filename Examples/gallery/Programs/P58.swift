import Glibc
import Multiprocessing

/// Five tasks print the process they run in, and then five processes do.
enum P58 {
    static func run() async throws {
        let lock = try SharedLock()
        try await withThrowingTaskGroup { group in
            for number in 0..<5 {
                group.addTask { try await lock.withLock { say("task \(number) runs in \(getpid())") } }
            }
            try await group.waitForAll()
        }
        let children = (0..<5).map { number in
            ChildProcess(lock, number) { lock, number in
                try await lock.withLock { say("process \(number) runs in \(getpid())") }
            }
        }
        for child in children { try await child.start() }
        for child in children { try await child.join() }
    }
}
