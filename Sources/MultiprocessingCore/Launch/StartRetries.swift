import Glibc

/// Starts that fail for want of room are tried again: a few times, and not for long.
enum StartRetries {
    struct Cancelled: Error, CustomStringConvertible {
        let description = "the start was cancelled"
    }

    static let most = 6

    /// Runs an attempt until one succeeds or fails for good: 7 attempts in at least 63 milliseconds.
    static func run<Result>(_ order: LaunchOrder, _ attempt: () throws -> Result) throws(LaunchFailure)
        -> Result
    {
        var failures = 0
        while true {
            do {
                if order.isCancelled.value { throw Cancelled() }
                return try attempt()
            } catch {
                let failure = LaunchFailure(error)
                guard failures < most, failure.systemError?.isWantOfRoom == true else { throw failure }
                // 1, 2, 4, … milliseconds, on a lane, for others to end.
                usleep(1000 << UInt32(failures))
                failures += 1
            }
        }
    }
}

extension SystemError {
    /// Whether there may be room a little later: for a process, for memory, or for a descriptor.
    var isWantOfRoom: Bool { [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code) }
}
