import Glibc
import MultiprocessingCore

/// Some shared memory, all zero.
func sharedMemory(_ count: Int = 1 << 14) throws -> SharedMapping {
    try SharedMapping(SharedMapping.makeFile(named: "mp-test", count: count), offset: 0, count: count)
}

extension ProcessStamp {
    /// Made-up processes that have ended: no process has a number that high, or began that late.
    static func ended(_ number: UInt64) -> ProcessStamp {
        ProcessStamp(raw: (1 << 59 | number << 24 | (1 << 23 + number)))
    }

    /// One that runs for as long as this process does.
    static var parent: ProcessStamp { ProcessStamp(of: getppid()) ?? .current }
}
