import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ForkServerTests {
    /// A server of this test's own, so that it can be ended without harm to others.
    private let launcher = ForkServerLauncher()

    private func launch(
        _ role: any ChildRole.Type, _ payload: [UInt8] = [], ends: Tally<Ending>
    ) async throws -> LaunchedChild {
        try await Method.launch(LaunchOrder(role: role, payload: payload), with: launcher, ends: ends)
    }

    private func killServer() throws {
        #expect(kill(try #require(launcher.serverID), SIGKILL) == 0)
    }

    @Test func allChildrenComeFromOneServer() async throws {
        #expect(launcher.serverID == nil)
        let ends = Tally<Ending>()
        _ = try await launch(ExitRole.self, [1], ends: ends)
        let server = try #require(launcher.serverID)
        _ = try await launch(ExitRole.self, [1], ends: ends)
        #expect(launcher.serverID == server)
        #expect(await ends.next(2) == [.exited(1), .exited(1)])
    }

    /// One that does not answer would keep every start waiting.
    @Test func aServerThatIsStuckIsReplaced() async throws {
        let launcher = ForkServerLauncher(patience: .milliseconds(200))
        let ends = Tally<Ending>()
        let order = LaunchOrder(role: ExitRole.self, payload: [1])
        _ = try await Method.launch(order, with: launcher, ends: ends)
        #expect(await ends.next(1) == [.exited(1)])
        let server = try #require(launcher.serverID)
        let process = try ProcessHandle(opening: server)
        #expect(kill(server, SIGSTOP) == 0)
        while true {
            // A start in the middle of which the machine was busy for so long fails; the next one finds a new server.
            do {
                _ = try await Method.launch(order, with: launcher, ends: ends)
                break
            } catch let error as SystemError where error.isBrokenChannel {}
        }
        #expect(launcher.serverID != server)
        #expect(await ends.next(1) == [.exited(1)])
        // It was killed, and is reaped like every other child.
        while try process.send(0) { await Task.yield() }
    }

    /// Many times, because the end of the server is noticed in two places, in either order.
    @Test func childrenGoOnWithoutTheirServerAndTheirEndsAreNoticed() async throws {
        for _ in 0..<20 {
            let (early, late) = (Tally<Ending>(), Tally<Ending>())
            let first = try await launch(WaitingRole.self, ends: early)
            _ = try first.channel.receive(until: .after(.seconds(30)))
            let server = launcher.serverID
            try killServer()
            let second = try await launch(WaitingRole.self, ends: late)
            _ = try second.channel.receive(until: .after(.seconds(30)))
            #expect(launcher.serverID != server)
            #expect(first.status == nil && second.status == nil)
            try first.channel.send([4], until: .after(.seconds(30)))
            try second.channel.send([5], until: .after(.seconds(30)))
            // The kernel tells the status of a stranger's child where it is new enough.
            let end = await early.next(1)
            #expect(end == [.exited(4)] || end == [.unknown])
            #expect(await late.next(1) == [.exited(5)])
            #expect(early.elements.count == 1)
        }
    }

    @Test func childrenThatStartWhileTheServerDiesEndOnce() async throws {
        for _ in 0..<10 {
            let ends = Tally<Ending>()
            _ = try await launch(ExitRole.self, ends: ends)
            let started = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        if number == 4 { try killServer() }
                        // A start may meet the end of two servers, and say so.
                        return (try? await launch(ExitRole.self, [2], ends: ends)) != nil
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            let found = await ends.next(1 + started)
            #expect(found.count == 1 + started)
        }
    }

    @Test func twoHundredChildrenRunAtOnce() async throws {
        let ends = Tally<Ending>()
        var children: [LaunchedChild] = []
        for _ in 0..<200 { children.append(try await launch(WaitingRole.self, ends: ends)) }
        #expect(Set(children.map(\.pid)).count == 200)
        for (number, child) in children.enumerated() {
            _ = try child.channel.receive(until: .after(.seconds(30)))
            try child.channel.send([UInt8(number)], until: .after(.seconds(30)))
        }
        #expect(await ends.next(200).count == 200)
        for (number, child) in children.enumerated() { #expect(child.status == .exited(Int32(number))) }
    }
}
