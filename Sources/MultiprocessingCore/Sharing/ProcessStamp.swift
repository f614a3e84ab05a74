import CMultiprocessing
import Glibc

/// What tells a process from every other, in one word: its number, and when it was started.
///
/// A number alone may belong to another process by the time somebody asks about it. It means the same to all
/// processes that see each other's numbers, so not across containers.
package struct ProcessStamp: Hashable, Sendable {
    package enum Life: Hashable, Sendable {
        case alive
        case ended
    }

    /// How many bits a stamp has; those above it are zero.
    package static let bits: UInt64 = 60
    private static let numberBits: UInt64 = 24

    package let raw: UInt64

    package init(raw: UInt64) {
        self.raw = raw
    }

    private init(_ pid: Int32, startedAt ticks: UInt64) {
        // Ticks are hundredths of a second since the machine was started: 21 years of them fit.
        raw = (ticks << Self.numberBits | UInt64(pid)) & (1 << Self.bits - 1)
    }

    package var pid: Int32 { Int32(raw & (1 << Self.numberBits - 1)) }

    /// The stamp of this process.
    package static var current: ProcessStamp {
        let kept = mp_kept_stamp()
        if kept != 0 { return ProcessStamp(raw: kept) }
        let pid = getpid()
        // Without `/proc` the number has to do: all processes of the machine lack it then.
        let stamp = ProcessStamp(pid, startedAt: record(of: pid)?.start ?? 0)
        mp_keep_stamp(stamp.raw)
        return stamp
    }

    /// The stamp of a process that has this number now; nil when none has.
    package init?(of pid: Int32) {
        guard let record = Self.record(of: pid) else { return nil }
        self.init(pid, startedAt: record.start)
    }

    /// Whether the process still runs; one that is stopped does, one that only waits to be reaped does not.
    package var life: Life {
        if self == .current { return .alive }
        guard let record = Self.record(of: pid) else {
            return kill(pid, 0) == 0 || errno == EPERM ? .alive : .ended
        }
        guard ProcessStamp(pid, startedAt: record.start) == self else { return .ended }
        return record.hasEnded ? .ended : .alive
    }

    /// What the kernel says of a process.
    private static func record(of pid: Int32) -> (start: UInt64, hasEnded: Bool)? {
        let file = unsafe open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var line = [UInt8](repeating: 0, count: 1024)
        let count = unsafe read(file, &line, line.count)
        return count > 0 ? record(in: line[..<count]) : nil
    }

    /// Fields 3, 20 and 22 of the kernel's line.
    package static func record(in line: ArraySlice<UInt8>) -> (start: UInt64, hasEnded: Bool)? {
        // The second field is a name in brackets that may hold anything, so what follows starts behind the last.
        guard let bracket = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[(bracket + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, let start = number(fields[19]), let threads = number(fields[17]) else {
            return nil
        }
        // The state is that of the first thread. It may have ended before others, which still run.
        let isZombie = [UInt8(ascii: "Z"), UInt8(ascii: "X"), UInt8(ascii: "x")].contains(fields[0].first)
        return (start, isZombie && threads <= 1)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: field, as: UTF8.self))
    }
}
