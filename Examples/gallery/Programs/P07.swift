import Multiprocessing

/// Ten processes print, one after the other, because they have a lock in common.
enum P07 {
    static func run() async throws {
        let lock = try SharedLock()
        let greeters = (0..<10).map { number in
            ChildProcess(lock, number) { lock, number in
                try await lock.withLock { say("hello world \(number)") }
            }
        }
        for greeter in greeters { try await greeter.start() }
        for greeter in greeters { try await greeter.join() }
    }
}
