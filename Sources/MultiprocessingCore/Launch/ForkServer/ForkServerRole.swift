import CMultiprocessing
import Glibc

/// The process that copies itself for each child: a fresh image of the program, so that its copies can do everything
/// that a fresh program can.
///
/// Its first thread makes the copies and does nothing else, all else is done by one other. It has no further threads for as
/// long as it lives, so it leaves nothing to Dispatch, and a task there never waits.
enum ForkServerRole: ChildRole {
    /// What is asked of the server, with descriptors: the channel, the working directory, and the standard
    /// streams that lead somewhere.
    struct Request: BitwiseCopyable {
        let id: UInt64
        let hasStream: (Bool, Bool, Bool)
    }

    /// What the server answers to a request, with the descriptor of the child.
    struct Answer: BitwiseCopyable {
        let id: UInt64
        let pid: Int32
        /// The error number if the child could not be made.
        let error: Int32
    }

    /// What the server reports, at any time, about a child that has ended.
    struct Report: BitwiseCopyable {
        let id: UInt64
        let isExit: Int32
        let value: Int32
        let usage: ProcessUsage

        var end: ProcessEnd {
            ProcessEnd(isExit == 1 ? .exited(value) : .signaled(value), usage: usage)
        }
    }

    private struct Child {
        let id: UInt64
        let handle: ProcessHandle
    }

    /// Tokens below this one are not children.
    private static let firstChildToken: UInt64 = 16
    private static let requestToken: UInt64 = 1
    private static let parentToken: UInt64 = 2
    /// The first one, and the one that runs the role.
    private static let threads = 2

    static func payload(warming roles: [any ChildRole.Type], preload: Preload?) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(UInt32(roles.count))
        for role in roles { writer.append(string: StartMessage.name(of: role)) }
        // A type of this program with a name has a mangled one as well.
        writer.append(string: preload.flatMap { _mangledTypeName($0.preloader) } ?? "")
        writer.append(contentsOf: preload?.payload ?? [])
        return writer.bytes
    }

    /// Looks up the roles, as each child will, and lets them look up the rest; then preloads.
    private static func prepare(_ seat: ChildSeat) throws {
        try unsafe seat.payload.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            for _ in 0..<(try reader.read(UInt32.self)) {
                try StartMessage.role(named: reader.readString()).warmUp()
            }
            let name = try reader.readString()
            if name.isEmpty { return }
            guard let preloader = _typeByName(name) as? any Preloader.Type else {
                throw WireError.malformed("a type that preloads nothing")
            }
            let payload = unsafe Array(try reader.readBytes(reader.remaining))
            let error = preloader.run(payload)
            // What it printed is not printed once more by every child.
            fflush(nil)
            let further = ThisProcess.threadCount - Self.threads
            var answer = ByteWriter()
            if let error {
                answer.append(Preload.Outcome.threw.rawValue)
                answer.append(contentsOf: error)
            } else if further > 0 {
                answer.append(Preload.Outcome.startedThreads.rawValue)
                answer.append(UInt8(clamping: further))
            } else {
                answer.append(Preload.Outcome.done.rawValue)
            }
            try MessageSocket(seat.channel).send(answer.bytes, until: .after(.seconds(60)))
            if error != nil || further > 0 { _exit(ChildEntry.refusalCode) }
        }
    }

    static func run(_ seat: ChildSeat) -> Never {
        do {
            try prepare(seat)
        } catch {
            fatalError("the fork server cannot begin: \(error)")
        }
        // Ctrl-C is for the program to decide about, and the children of it get the default effect back.
        mp_ignore_interrupt(1)
        let requests = PacketSocket(seat.descriptors[0])
        let reports = PacketSocket(seat.descriptors[1])
        let set = Descriptor(adopting: mp_watch_set())
        var children: [UInt64: Child] = [:]
        var nextToken = firstChildToken
        guard mp_watch_add(set.raw, requests.socket.raw, requestToken) == 0,
            mp_watch_add(set.raw, seat.parent.descriptor.raw, parentToken) == 0
        else { fatalError("the fork server cannot watch its parent: \(SystemError.last("epoll_ctl"))") }
        var tokens = [UInt64](repeating: 0, count: 64)
        while true {
            let found = unsafe mp_watch_wait(set.raw, &tokens, 64, -1)
            for token in tokens.prefix(Int(max(0, found))) {
                switch token {
                case requestToken:
                    guard let child = serve(requests, parent: seat.parent) else { continue }
                    children[nextToken] = child
                    // The kernel has room for a descriptor that it has just made room for.
                    _ = mp_watch_add(set.raw, child.handle.descriptor.raw, nextToken)
                    nextToken += 1
                case parentToken:
                    _exit(0)
                default:
                    report(token, of: &children, on: reports, set.raw)
                }
            }
        }
    }

    /// Takes a request and makes the child; the child itself does not return from here.
    private static func serve(_ requests: PacketSocket, parent: ProcessHandle) -> Child? {
        let packet: PacketSocket.Packet<Request>
        do {
            packet = try requests.receive(Request.self)
        } catch {
            // The program has closed its end, or is gone.
            _exit(0)
        }
        let id = packet.content.id
        let pid: Int32
        do {
            pid = try ProcessCopy.make { becomeChild(packet, parent: parent) }
        } catch {
            answer(Answer(id: id, pid: -1, error: error.code), nil, on: requests)
            return nil
        }
        do {
            let handle = try ProcessHandle(opening: pid)
            answer(Answer(id: id, pid: pid, error: 0), handle, on: requests)
            return Child(id: id, handle: handle)
        } catch {
            // A child that cannot be handed over must not live: nobody could ever end it.
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            answer(Answer(id: id, pid: -1, error: error.code), nil, on: requests)
            return nil
        }
    }

    private static func answer(_ answer: Answer, _ handle: ProcessHandle?, on requests: PacketSocket) {
        do {
            try requests.send(answer, descriptors: handle.map { [$0.descriptor.raw] } ?? [])
            withExtendedLifetime(handle) {}
        } catch {
            _exit(0)
        }
    }

    private static func report(
        _ token: UInt64, of children: inout [UInt64: Child], on reports: PacketSocket, _ set: Int32
    ) {
        guard let child = children[token], let end = try? child.handle.reap() else { return }
        mp_watch_remove(set, child.handle.descriptor.raw)
        children[token] = nil
        let (isExit, value): (Int32, Int32) =
            switch end.status {
            case .exited(let code): (1, code)
            case .signaled(let signal): (0, signal)
            // The server reaps its own children, so it always knows.
            case .unknown: (0, SIGKILL)
            }
        let usage = end.usage ?? ProcessUsage(mp_exit())
        let report = Report(id: child.id, isExit: isExit, value: value, usage: usage)
        do {
            try reports.send(report)
        } catch {
            _exit(0)
        }
    }

    /// Turns the copy into a child: everything of the server's is closed, what was sent takes its place.
    private static func becomeChild(_ packet: PacketSocket.Packet<Request>, parent: ProcessHandle) -> Never {
        var passed = packet.descriptors.map(\.raw)[...]
        guard let channel = passed.popFirst(), let folder = passed.popFirst() else {
            _exit(ChildEntry.refusalCode)
        }
        // Nothing of the server's image may be closed by its owner any more: the numbers get other meanings here.
        for descriptor in packet.descriptors { _ = unsafe Unmanaged.passRetained(descriptor) }
        // Moved out of the way first, so that no number is overwritten before it has been used.
        let parts = [channel, parent.descriptor.raw].map {
            fcntl($0, F_DUPFD_CLOEXEC, ChildEntry.parentDescriptor + 1)
        }
        guard !parts.contains(-1) else { _exit(ChildEntry.refusalCode) }
        _ = fchdir(folder)
        let has = packet.content.hasStream
        for (stream, isGiven) in zip([STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO], [has.0, has.1, has.2]) {
            if isGiven, let file = passed.popFirst() {
                dup2(file, stream)
            } else {
                StandardStreams.discard(stream)
            }
        }
        mp_ignore_interrupt(0)
        // Not by their owners: those live in the server's part of this image, which is never returned to.
        for (part, place) in zip(parts, [ChildEntry.channelDescriptor, ChildEntry.parentDescriptor]) {
            dup2(part, place)
            _ = fcntl(place, F_SETFD, FD_CLOEXEC)
        }
        mp_close_from(ChildEntry.parentDescriptor + 1)
        ChildEntry.beginForked()
    }
}
