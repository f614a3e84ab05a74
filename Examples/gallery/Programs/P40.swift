import Glibc
import Multiprocessing

/// Processes write lines in pieces: first as it happens, then whole, under a lock.
enum P40 {
    static func run() async throws {
        say("without a lock")
        let careless = (0..<4).map { ChildProcess($0) { number in write("I am process \(number)") } }
        for child in careless { try await child.start() }
        for child in careless { try await child.join() }

        say("with a lock")
        let lock = try SharedLock()
        let careful = (0..<4).map {
            ChildProcess($0, lock) { number, lock in
                try await lock.withLock { write("I am process \(number)") }
            }
        }
        for child in careful { try await child.start() }
        for child in careful { try await child.join() }
    }

    /// Lets others in between any two characters, if they may.
    static func write(_ line: String) {
        for character in line + "\n" {
            print(character, terminator: "")
            fflush(nil)
            sched_yield()
        }
    }
}
