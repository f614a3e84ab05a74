import Foundation
import MultiprocessingCore
import Testing

@Suite struct DeadlineTests {
    @Test func aNegativeSpanHasPassed() {
        #expect(Deadline.after(.seconds(-1)).hasPassed)
        #expect(Deadline.after(.zero).millisecondsLeft == 0)
    }

    @Test func aFutureMomentHasNotPassed() {
        #expect(!Deadline.after(.seconds(3600)).hasPassed)
        #expect(!Deadline.after(.seconds(Int64.max)).hasPassed)
        #expect(Deadline.after(.nanoseconds(1)) > Deadline(nanoseconds: 0))
    }

    @Test("FCL-01: no wait looks at the clock on the wall")
    func onlyTheMonotonicClock() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files where ["swift", "c", "h"].contains(file.pathExtension) {
            count += 1
            // The only one that does says when a record was logged.
            if file.lastPathComponent == "WallClock.swift" { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for clock in ["CLOCK_REALTIME", "gettimeofday", "DispatchWallTime", "wallDeadline", "Date()"] {
                #expect(!text.contains(clock), "\(file.lastPathComponent): \(clock)")
            }
        }
        #expect(count > 100)
    }
}
