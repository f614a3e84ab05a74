import Multiprocessing

/// Log to standard error from a level on: what the program says, and what the library says about a child.
enum P23 {
    static func run() async throws {
        ProcessLogger.logToStandardError(level: .info)
        // The settings are those of the whole process; other programs of the gallery are silent.
        defer {
            ProcessLogger.logsToStandardError = false
            ProcessLogger.level = nil
        }
        ProcessLogger.warning("doomed")
        ProcessLogger.debug("this is below the level")
        let child = ChildProcess(name: "worker") { ProcessLogger.notice("at work") }
        try await child.start()
        try await child.join()
    }
}
