import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

/// Whether starting children leaves anything behind, counted in a process of its own: here other tests run too.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LaunchLeakTests {
    @Test(arguments: Method.allCases)
    func threeHundredInARowLeaveNothing(method: Method) async throws {
        let ends = Tally<Ending>()
        let payload: [UInt8] = [method == .spawn ? 0 : 1]
        let child = try await Method.spawn.launch(RowRole.self, payload, ends: ends)
        let message = try child.channel.receive(until: .after(.seconds(90)))
        #expect(await ends.next(1) == [.exited(0)])
        let counts = message.bytes.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
        try #require(counts.count == 6)
        #expect(counts[3] <= counts[0], "descriptors")
        #expect(counts[4] <= counts[1], "threads")
        #expect(counts[5] <= counts[2], "children")
    }
}

/// Starts one child after another, and tells what it had after the first ten of them and at the end.
enum RowRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        let launcher: any Launcher =
            seat.payload.first == 0 ? SpawnLauncher() : Method.server
        do {
            var counts: [Int32] = []
            for number in 1...310 {
                try startAndWait(launcher)
                if number == 10 || number == 310 { counts += possessions() }
            }
            try MessageSocket(seat.channel).send(
                counts.withUnsafeBytes { Array($0) }, until: .after(.seconds(30)))
        } catch {
            StandardError.write("a row of children was not started: \(error)\n")
            _exit(1)
        }
        _exit(0)
    }

    private static func startAndWait(_ launcher: any Launcher) throws {
        let (ours, theirs) = try SocketPair.make()
        _ = try launcher.launch(LaunchOrder(role: ExitRole.self, payload: [1])) { _ in
            shutdown(theirs.raw, Int32(SHUT_RDWR))
        }
        var byte: UInt8 = 0
        _ = read(ours.raw, &byte, 1)
        // The handler lets go of what it holds before the poller comes to the next one.
        let (next, theirNext) = try SocketPair.make()
        // By number: this handler may end after the count, and then must not hold a descriptor.
        Poller.shared.schedule(at: .now) { [raw = theirNext.raw] in shutdown(raw, Int32(SHUT_RDWR)) }
        _ = read(next.raw, &byte, 1)
        withExtendedLifetime(theirNext) {}
    }

    private static func possessions() -> [Int32] {
        [Survey.openDescriptors().count, Survey.threadCount(), Survey.children().count].map(Int32.init)
    }
}
