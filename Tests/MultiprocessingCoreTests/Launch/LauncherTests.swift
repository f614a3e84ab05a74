import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct LauncherTests {
    @Test(arguments: Method.allCases, [0, 1, 7, 70, 255] as [UInt8])
    func exitCodesArrive(method: Method, code: UInt8) async throws {
        let ends = Tally<Ending>()
        let child = try await method.launch(ExitRole.self, [code], ends: ends)
        #expect(await ends.next(1) == [.exited(Int32(code))])
        #expect(child.status == .exited(Int32(code)))
        #expect(try !child.send(signal: SIGKILL))
    }

    @Test(arguments: Method.allCases, [SIGKILL, SIGTERM, SIGINT, SIGUSR1, SIGHUP])
    func signalsArrive(method: Method, signal: Int32) async throws {
        let ends = Tally<Ending>()
        _ = try await method.launch(SignalRole.self, [UInt8(signal)], ends: ends)
        #expect(await ends.next(1) == [.signaled(signal)])
    }

    @Test(arguments: Method.allCases)
    func aRunningChildCanBeEnded(method: Method) async throws {
        let ends = Tally<Ending>()
        let child = try await method.launch(WaitingRole.self, ends: ends)
        _ = try child.channel.receive(until: .after(.seconds(30)))
        #expect(child.status == nil)
        #expect(try child.send(signal: SIGTERM))
        #expect(await ends.next(1) == [.signaled(SIGTERM)])
    }

    @Test(arguments: Method.allCases)
    func theChannelsEndIsSeenByTheChild(method: Method) async throws {
        let ends = Tally<Ending>()
        let child = try await method.launch(WaitingRole.self, ends: ends)
        shutdown(child.channel.socket.raw, Int32(SHUT_WR))
        #expect(await ends.next(1) == [.exited(9)])
    }

    @Test(arguments: Method.allCases, [0, 1, 100_000, 3_000_000])
    func thePayloadArrives(method: Method, size: Int) async throws {
        var generator = SplitMix64(state: UInt64(size))
        let payload = (0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let ends = Tally<Ending>()
        let child = try await method.launch(EchoRole.self, payload, ends: ends)
        #expect(try child.channel.receive(until: .after(.seconds(30))).bytes == payload)
        #expect(await ends.next(1) == [.exited(Int32(payload.first ?? 0))])
    }

    @Test(arguments: Method.allCases, [1, 20, 253])
    func descriptorsArriveInOrder(method: Method, count: Int) async throws {
        let files = try (0..<count).map { number in
            SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096 * (number + 1)))
        }
        let ends = Tally<Ending>()
        let child = try await method.launch(EchoRole.self, [3], descriptors: files, ends: ends)
        let message = try child.channel.receive(until: .after(.seconds(30)))
        let sizes = message.descriptors.map { file in
            var info = stat()
            return fstat(file.raw, &info) == 0 ? info.st_size : -1
        }
        #expect(sizes == (0..<count).map { 4096 * ($0 + 1) })
        #expect(await ends.next(1) == [.exited(3)])
    }

    @Test(arguments: Method.allCases)
    func aChildSeesWhatItWasGivenAndNoMore(method: Method) async throws {
        let files = try (0..<2).map { _ in
            SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096))
        }
        let ends = Tally<Ending>()
        let child = try await method.launch(SurveyRole.self, descriptors: files, ends: ends)
        let message = try child.channel.receive(until: .after(.seconds(30)))
        #expect(await ends.next(1) == [.exited(0)])
        let lines = String(decoding: message.bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        try #require(lines.count == 7)
        // The three streams, the channel, the parent's handle, and the two files.
        #expect(lines[0] == "0 1 2 3 4 5 6")
        #expect(lines[1] == "/dev/null")
        #expect(lines[2] == "unmarked")
        #expect(lines[3] == "unmarked")
        #expect(lines[4] == "\(getpid())")
        #expect(lines[5] == Survey.target(of: STDOUT_FILENO))
        #expect(lines[6] == Survey.workingDirectory())
    }

    @Test(arguments: Method.allCases)
    func aGrandchildEndsWithItsParent(method: Method) async throws {
        let ends = Tally<Ending>()
        let (child, holder) = try await family(method, ends)
        let message = try child.channel.receive(until: .after(.seconds(30)))
        let grandchild = message.bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
        #expect(kill(grandchild, 0) == 0)
        #expect(try child.send(signal: SIGKILL))
        #expect(await ends.next(1) == [.signaled(SIGKILL)])
        // The last holder of the other end is the grandchild, so the end of file is its end.
        do {
            _ = try MessageSocket(holder).receive(until: .after(.seconds(30)))
            Issue.record("bytes from nobody")
        } catch .ended {
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test(
        "FKS-05: more descriptors than one message carries are an error, and leave no child",
        arguments: Method.allCases)
    func tooManyDescriptors(method: Method) async throws {
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096))
        let ends = Tally<Ending>()
        await #expect(throws: LaunchFailure.self) {
            _ = try await method.launch(
                ExitRole.self, descriptors: Array(repeating: file, count: 254), ends: ends)
        }
        // The next one is as good as ever, and its end is the first that is told.
        _ = try await method.launch(ExitRole.self, [5], ends: ends)
        #expect(await ends.next(1) == [.exited(5)])
    }

    @Test("FOR-02: a child goes on when the thread that started it ends", arguments: Method.allCases)
    func startingThreadEnds(method: Method) async throws {
        let ends = Tally<Ending>()
        let child = try await withCheckedThrowingContinuation { continuation in
            var thread = pthread_t()
            let start = ThreadStart {
                continuation.resume(
                    with: Result {
                        try method.launcher.launch(LaunchOrder(role: WaitingRole.self)) {
                            ends.add($0.status)
                        }
                    })
            }
            pthread_create(&thread, nil, runThread, Unmanaged.passRetained(start).toOpaque())
            pthread_join(thread, nil)
        }
        _ = try child.channel.receive(until: .after(.seconds(30)))
        #expect(child.status == nil)
        try child.channel.send([6], until: .after(.seconds(30)))
        #expect(await ends.next(1) == [.exited(6)])
    }

    @Test("REA-05: a process that is no child of ours cannot be reaped, and is not")
    func strangers() async throws {
        let stranger = try ProcessHandle(opening: getppid())
        let error = #expect(throws: SystemError.self) { _ = try stranger.reap() }
        #expect(error?.code == ECHILD)
        #expect(kill(getppid(), 0) == 0)
        #expect(throws: SystemError.self) { _ = try ProcessHandle(opening: Int32.max) }
    }

    /// A child with a child of its own, and the other end of what both hold open.
    private func family(
        _ method: Method, _ ends: Tally<Ending>
    ) async throws -> (LaunchedChild, SharedDescriptor) {
        let (ours, theirs) = try SocketPair.make()
        return (try await method.launch(FamilyRole.self, descriptors: [theirs], ends: ends), ours)
    }
}

/// Work for a thread of its own.
private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body() }
    return nil
}
