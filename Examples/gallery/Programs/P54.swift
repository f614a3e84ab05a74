import Multiprocessing

/// Who may release a lock: a recursive one its owner, a plain one anybody, a free one nobody.
enum P54 {
    static func run() async throws {
        let recursive = try SharedRecursiveLock()
        try await recursive.withLock {
            try await recursive.withLock { print("acquired \(recursive.depth) times") }
            let stranger = ChildProcess(recursive) { recursive in
                do {
                    try recursive.release()
                } catch let error as MultiprocessingError where error.code == .notHeld {
                    say("a stranger cannot release a recursive lock")
                }
            }
            try await stranger.start()
            try await stranger.join()
        }

        let plain = try SharedLock()
        try await plain.acquire()
        let helper = ChildProcess(plain) { plain in
            try plain.release()
            say("another process has released the plain lock")
        }
        try await helper.start()
        try await helper.join()
        do {
            try plain.release()
        } catch {
            print("a free one: \(error)")
        }
    }
}
