import Foundation
import Multiprocessing
import TestSupport
import Testing

extension Slice<UnsafeRawBufferPointer> {
    fileprivate func elementsEqualInMemory(_ other: Self) -> Bool {
        let (left, right) = (UnsafeRawBufferPointer(rebasing: self), UnsafeRawBufferPointer(rebasing: other))
        guard left.count == right.count else { return false }
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return memcmp(first, second, left.count) == 0
    }
}

/// What real CPythons and this library say to each other.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct CPythonConnectionTests {
    /// As short as those in Python's manual.
    private static let key = Array("secret password".utf8)
    static let modern = ["3.12", "3.13"]
    private static let sizes = [0, 1, 16_384, 16_385, 1 << 20]
    private static let large = 100 << 20

    private var key: AuthenticationKey {
        get throws { try AuthenticationKey(insecureShort: Self.key) }
    }

    private var otherKey: AuthenticationKey {
        get throws { try AuthenticationKey(insecureShort: Array("another password".utf8)) }
    }

    enum Family: String, CaseIterable, Sendable {
        case unix, tcp
    }

    /// Bytes of which each part tells where it belongs, as Python makes them too.
    private func text(_ count: Int) -> [UInt8] {
        let part = (0..<251).map { UInt8($0) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + part.count)
        while bytes.count < count { bytes += part }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Sends messages of all sizes and gets each back, with its end at the front.
    private func exchange(_ connection: Connection, _ sizes: [Int] = sizes) async throws {
        for size in sizes {
            let bytes = text(size)
            try await connection.send(bytes: bytes)
            let answer = try await connection.receiveBytes()
            try #require(answer.count == size)
            let (front, back) = (size / 2, size - size / 2)
            // Compared by the C library, because these are many bytes for code that is not optimised.
            let isRight = answer.withUnsafeBytes { answer in
                bytes.withUnsafeBytes { bytes in
                    answer[..<front].elementsEqualInMemory(bytes[back...])
                        && answer[front...].elementsEqualInMemory(bytes[..<back])
                }
            }
            #expect(isRight, "\(size) bytes")
        }
    }

    /// The other side of that.
    private static let exchange = """
        def exchange(c, sizes=(\(sizes.map(String.init).joined(separator: ",")))):
            for size in sizes:
                data = c.recv_bytes()
                half = len(data) - len(data) // 2
                expected = (bytes(range(251)) * (size // 251 + 1))[:size]
                c.send_bytes(data[half:] + data[:half] if data == expected else b"wrong")


        """

    @Test("a CPython connects to a listener of ours", arguments: modern, Family.allCases)
    func clients(version: String, family: Family) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let place = try SocketPlace()
        defer { place.remove() }
        let listener = try await Listener(
            family == .unix ? place.address : .tcp(), key: key, protocol: .cpython, maximumLength: 128 << 20)
        defer { listener.close() }
        let python = try PythonProgram(
            path, key: Self.key, address: listener.address,
            Self.exchange + """
                with Client(address, authkey=key) as c:
                    exchange(c)
                    if family == "unix":
                        exchange(c, [\(Self.large)])
                report("done")
                """)
        let connection = try await listener.accept()
        try await exchange(connection)
        if family == .unix { try await exchange(connection, [Self.large]) }
        #expect(await code { _ = try await connection.receiveBytes() } == .connectionClosed)
        #expect(try await python.report() == "done")
        #expect(await python.exitCode() == 0)
    }

    @Test("we connect to a CPython's listener", arguments: modern, Family.allCases)
    func listeners(version: String, family: Family) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let place = try SocketPlace()
        defer { place.remove() }
        let python = try PythonProgram(
            path, key: Self.key, address: family == .unix ? place.address : .tcp(),
            Self.exchange + """
                with Listener(address, authkey=key) as listener:
                    a = listener.address
                    report("unix:" + a if isinstance(a, str) else "tcp:%s:%d" % a)
                    with listener.accept() as c:
                        exchange(c)
                        if family == "unix":
                            exchange(c, [\(Self.large)])
                        try:
                            c.recv_bytes()
                        except EOFError:
                            report("ended")
                """)
        let address = try ListenerAddress(await python.report())
        let connection = try await Connection.connect(
            to: address, key: key, protocol: .cpython, maximumLength: 128 << 20)
        try await exchange(connection)
        if family == .unix { try await exchange(connection, [Self.large]) }
        connection.close()
        #expect(try await python.report() == "ended")
        #expect(await python.exitCode() == 0)
    }

    @Test("another key at a listener of ours, none, and then the right one", arguments: modern)
    func wrongKeyOfClients(version: String) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let listener = try await Listener(.tcp(), key: key, protocol: .cpython)
        defer { listener.close() }
        let python = try PythonProgram(
            path, key: Self.key, address: listener.address,
            """
            try:
                Client(address, authkey=b"another password")
            except AuthenticationError as error:
                report("refused")
            with Client(address) as c:
                report("challenged" if c.recv_bytes().startswith(b"#CHALLENGE#{sha256}") else "?")
                c.send_bytes(b"let me in")
                report(c.recv_bytes().decode())
            with Client(address, authkey=key) as c:
                c.send_bytes(b"hello")
            """)
        #expect(try await python.report() == "refused")
        #expect(try await python.report() == "challenged")
        #expect(try await python.report() == "#FAILURE#")
        let connection = try await listener.accept()
        #expect(try await connection.receiveBytes() == Array("hello".utf8))
        #expect(listener.counts.refused == 2)
        #expect(await python.exitCode() == 0)
    }

    @Test("another key than a CPython's listener has, and then the right one", arguments: modern)
    func wrongKeyOfListeners(version: String) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let python = try PythonProgram(
            path, key: Self.key, address: .tcp(),
            """
            with Listener(address, authkey=key) as listener:
                report("tcp:%s:%d" % listener.address)
                try:
                    listener.accept()
                except AuthenticationError as error:
                    report(str(error))
                with listener.accept() as c:
                    report(c.recv_bytes().decode())
            """)
        let address = try ListenerAddress(await python.report())
        let (key, otherKey) = (try key, try otherKey)
        #expect(
            await code { _ = try await Connection.connect(to: address, key: otherKey, protocol: .cpython) }
                == .authenticationFailed)
        #expect(try await python.report() == "digest received was wrong")
        let connection = try await Connection.connect(to: address, key: key, protocol: .cpython)
        try await connection.send(bytes: Array("hello".utf8))
        #expect(try await python.report() == "hello")
        #expect(await python.exitCode() == 0)
    }

    @Test("a CPython from before 3.12 at a listener of ours is let in only where MD5 was asked for")
    func oldClients() async throws {
        guard let path = PythonProgram.path("3.11") else { return }
        let strict = try await Listener(.tcp(), key: key, protocol: .cpython)
        let lenient = try await Listener(.tcp(), key: key, protocol: .cpythonWithInsecureMD5)
        defer {
            strict.close()
            lenient.close()
        }
        let first = try PythonProgram(
            path, key: Self.key, address: strict.address,
            """
            try:
                Client(address, authkey=key)
            except AuthenticationError as error:
                report(str(error))
            """)
        #expect(try await first.report() == "digest sent was rejected")
        #expect(strict.counts.refused == 1)
        let second = try PythonProgram(
            path, key: Self.key, address: lenient.address,
            Self.exchange + """
                with Client(address, authkey=key) as c:
                    exchange(c)
                """)
        let connection = try await lenient.accept()
        try await exchange(connection)
        #expect(await first.exitCode() == 0)
        #expect(await second.exitCode() == 0)
    }

    @Test("a CPython's listener from before 3.12 is believed only where MD5 was asked for")
    func oldListeners() async throws {
        guard let path = PythonProgram.path("3.11") else { return }
        let python = try PythonProgram(
            path, key: Self.key, address: .tcp(),
            Self.exchange + """
                with Listener(address, authkey=key) as listener:
                    report("tcp:%s:%d" % listener.address)
                    try:
                        listener.accept()
                    except (AuthenticationError, EOFError, ConnectionResetError) as error:
                        report("refused")
                    with listener.accept() as c:
                        exchange(c)
                """)
        let address = try ListenerAddress(await python.report())
        let key = try key
        let refusal = await #expect(throws: MultiprocessingError.self) {
            _ = try await Connection.connect(to: address, key: key, protocol: .cpython)
        }
        #expect(refusal?.code == .authenticationFailed)
        #expect(refusal?.description.contains("MD5") == true)
        #expect(try await python.report() == "refused")
        let connection = try await Connection.connect(
            to: address, key: key, protocol: .cpythonWithInsecureMD5)
        try await exchange(connection)
        #expect(await python.exitCode() == 0)
    }

    @Test("without a key, over a local socket", arguments: modern)
    func noKey(version: String) async throws {
        guard let path = PythonProgram.path(version) else { return }
        let listener = try await Listener(key: nil, protocol: .cpython)
        defer { listener.close() }
        let python = try PythonProgram(
            path, address: listener.address,
            """
            with Client(address) as c:
                c.send_bytes(b"hello")
                report(c.recv_bytes().decode())
            """)
        let connection = try await listener.accept()
        #expect(try await connection.receiveBytes() == Array("hello".utf8))
        try await connection.send(bytes: Array("and to you".utf8))
        #expect(try await python.report() == "and to you")
        #expect(await python.exitCode() == 0)
    }

    @Test("one end of a pair of sockets that a CPython inherited", arguments: modern)
    func inherited(version: String) async throws {
        guard let path = PythonProgram.path(version) else { return }
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let connection = try Connection(fileDescriptor: ends[0], protocol: .cpython)
        close(ends[0])
        let python = try PythonProgram(
            path, input: FileHandle(fileDescriptor: ends[1], closeOnDealloc: false),
            """
            with Connection(0) as c:
                c.send_bytes(c.recv_bytes().upper())
            """)
        close(ends[1])
        try await connection.send(bytes: Array("hello".utf8))
        #expect(try await connection.receiveBytes() == Array("HELLO".utf8))
        #expect(await code { _ = try await connection.receiveBytes() } == .connectionClosed)
        #expect(await python.exitCode() == 0)
    }
}
