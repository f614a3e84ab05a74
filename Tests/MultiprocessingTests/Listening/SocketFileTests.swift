import Foundation
import Glibc
import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

/// The files of local sockets: where they are, who can reach them, and what is left.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) final class SocketFileTests {
    private let folder = "/tmp/mp-files-\(getpid())-\(UInt64.random(in: 0 ... .max))"

    init() throws {
        guard mkdir(folder, 0o700) == 0 else { throw Plain(text: "no folder") }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    private func parent(_ path: String) -> String { URL(filePath: path).deletingLastPathComponent().path }

    @Test(
        "SLI-02: a default socket is its owner's alone, in a folder that is its owner's alone, and both go away"
    )
    func defaults() async throws {
        let listener = try await Listener()
        let path = try #require(listener.address.path)
        let file = try #require(status(path))
        let holder = try #require(status(parent(path)))
        #expect(file.st_mode == S_IFSOCK | 0o600 && file.st_uid == geteuid())
        #expect(holder.st_mode == S_IFDIR | 0o700 && holder.st_uid == geteuid())
        listener.close()
        #expect(status(path) == nil && status(parent(path)) == nil)
    }

    @Test("SLI-02: the socket is its owner's alone from its first moment, whatever the process's mask")
    func mode() async throws {
        let events = inotify_init1(Int32(IN_CLOEXEC))
        defer { close(events) }
        let watch = inotify_add_watch(events, folder, UInt32(IN_CREATE | IN_ATTRIB | IN_MOVED_TO))
        #expect(events >= 0 && watch >= 0)
        let path = folder + "/socket"
        let listener = try await Listener(.unix(path))
        #expect(status(path)?.st_mode == S_IFSOCK | 0o600)
        listener.close()
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(events, &bytes, bytes.count)
        // What happened: masks at byte 4 of each event, whose name's length is at byte 12.
        var offset = 0
        var masks: [UInt32] = []
        while offset + 16 <= count {
            let (mask, length) = bytes.withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
                    $0.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
                )
            }
            masks.append(mask)
            offset += 16 + Int(length)
        }
        // Made with its mode, which never changed.
        #expect(masks == [UInt32(IN_CREATE)])
    }

    @Test("SLI-03 AUT-17: another user does not even connect; where he can, not a byte is read")
    func otherUser() async throws {
        guard geteuid() == 0 else {
            print(
                "SKIPPED: another user cannot connect: only the superuser can start a program of another user"
            )
            return
        }
        let own = try await Listener()
        let open = try await Listener(.unix("/tmp/mp-open-\(UInt64.random(in: 0 ... .max))"))
        chmod(try #require(open.address.path), 0o666)
        var options = StartOptions.captured
        options.userID = 65534
        let child = ChildProcess(
            own.address, open.address, context: ProcessContext(.forkserver), options: options
        ) {
            own, open in
            for address in [own, open] {
                do {
                    _ = try await Connection.connect(to: address)
                    say("connected")
                } catch let error as MultiprocessingError {
                    say("\(error.code)")
                }
            }
        }
        let report = try await child.report()
        #expect(report.output == ["unreachable", "authenticationFailed"], "\(report.errors)")
        #expect(await code { _ = try await open.accept(timeout: .milliseconds(100)) } == .timeout)
        #expect(open.counts == Listener.Counts(accepted: 0, refused: 1, dropped: 0, halfOpen: 0))
        #expect(own.counts.refused == 0)
    }

    @Test(
        "SLI-04 SPR-06: a file, a link, a folder or a pipe at the place is refused and left alone",
        arguments: 0..<5)
    func planted(kind: Int) async throws {
        let path = folder + "/socket"
        let target = folder + "/target"
        switch kind {
        case 0: _ = FileManager.default.createFile(atPath: path, contents: Data("text".utf8))
        case 1: symlink(target, path)
        case 2: mkdir(path, 0o755)
        case 3: mkfifo(path, 0o644)
        default:
            _ = FileManager.default.createFile(atPath: target, contents: Data("text".utf8))
            symlink(target, path)
        }
        let before = try #require(status(path))
        #expect(await code { _ = try await Listener(.unix(path)) } == .addressInUse)
        let after = try #require(status(path))
        #expect(after.st_ino == before.st_ino && after.st_mode == before.st_mode)
        #expect((status(target) == nil) == (kind != 4))
    }

    @Test("SLI-04: a folder in which others could put something else is refused")
    func folders() async throws {
        chmod(folder, 0o777)
        #expect(await code { _ = try await Listener(.unix(folder + "/socket")) } == .invalidArgument)
        chmod(folder, 0o1777)
        try await Listener(.unix(folder + "/socket")).close()
        if geteuid() == 0 {
            chown(folder, 65534, 65534)
            #expect(await code { _ = try await Listener(.unix(folder + "/socket")) } == .invalidArgument)
            chown(folder, 0, 0)
        }
        #expect(status(folder + "/socket") == nil)
    }

    @Test("SLI-06: closing removes only the file that the listener made")
    func replaced() async throws {
        let path = folder + "/socket"
        let listener = try await Listener(.unix(path))
        // It is moved away, and something else is put there.
        rename(path, path + ".moved")
        _ = FileManager.default.createFile(atPath: path, contents: Data("mine".utf8))
        listener.close()
        #expect(FileManager.default.contents(atPath: path) == Data("mine".utf8))
        unlink(path)
        // The folder is moved away: the file goes with it, and is found there.
        let inner = folder + "/inner"
        mkdir(inner, 0o700)
        let second = try await Listener(.unix(inner + "/socket"))
        rename(inner, inner + ".moved")
        #expect(status(inner + ".moved/socket") != nil)
        second.close()
        #expect(status(inner + ".moved/socket") == nil)
    }

    @Test("SPR-06: what others put in the place of a listener's folder is left alone")
    func plantedFolder() async throws {
        // Somebody else's files, to which links lead.
        let victim = folder + "/victim"
        mkdir(victim, 0o700)
        _ = FileManager.default.createFile(atPath: victim + "/socket", contents: Data("mine".utf8))
        let inner = folder + "/inner"
        mkdir(inner, 0o700)
        let chosen = try await Listener(.unix(inner + "/socket"))
        let own = try await Listener()
        let place = parent(try #require(own.address.path))
        for path in [inner, place] {
            rename(path, path + ".moved")
            symlink(victim, path)
        }
        chosen.close()
        own.close()
        #expect(FileManager.default.contents(atPath: victim + "/socket") == Data("mine".utf8))
        // The listeners' own files are gone from where they were moved to.
        #expect(status(inner + ".moved/socket") == nil && status(place + ".moved/socket") == nil)
        #expect(status(place)?.st_mode ?? 0 & S_IFMT != 0)
        unlink(place)
        rmdir(place + ".moved")
    }

    @Test("SPR-06: a link under the name of a dead process's folder leads to no foreign file")
    func plantedLink() async throws {
        let victim = folder + "/victim"
        mkdir(victim, 0o700)
        _ = FileManager.default.createFile(atPath: victim + "/socket", contents: Data("mine".utf8))
        let gone = try await Listener()
        let path = parent(try #require(gone.address.path))
        gone.close()
        // As of a process of number 1 that began long ago, in this view of numbers.
        let words = URL(filePath: path).lastPathComponent.split(separator: "-")
        let name = words[..<3] + ["1", "XXXXXX\(UInt16.random(in: 0 ... .max))"]
        let link = parent(path) + "/" + name.joined(separator: "-")
        symlink(victim, link)
        defer { unlink(link) }
        try await Listener().close()
        #expect(FileManager.default.contents(atPath: victim + "/socket") == Data("mine".utf8))
    }

    @Test("paths longer than an address work on both sides")
    func long() async throws {
        var path = folder
        for _ in 0..<4 {
            path += "/" + String(repeating: "long", count: 20)
            mkdir(path, 0o700)
        }
        let listener = try await Listener(.unix(path + "/socket"))
        #expect(listener.address.path?.utf8.count ?? 0 > 300)
        let client = try await Connection.connect(to: listener.address)
        try await client.send(1)
        #expect(try await listener.accept().receive(Int.self) == 1)
    }

    @Test("a killed process's folder is removed by the next one that makes a folder")
    func killed() async throws {
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            let listener = try await Listener()
            try await far.send(listener.address)
            _ = try await listener.accept()
        }
        try await child.start()
        let path = try #require(try await near.receive(ListenerAddress.self).path)
        #expect(status(path) != nil)
        try child.kill()
        try await child.join()
        let next = try await Listener()
        #expect(status(parent(path)) == nil)
        #expect(await code { _ = try await Connection.connect(to: .unix(path)) } == .unreachable)
        next.close()
    }

    @Test("a process that ends by itself leaves nothing, also without closing")
    func ended() async throws {
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            let listener = try await Listener()
            try await far.send(listener.address)
            exit(0)
        }
        try await child.start()
        let path = try #require(try await near.receive(ListenerAddress.self).path)
        #expect(try await child.join() == .exited(0))
        #expect(status(parent(path)) == nil)
    }
}
