import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses, .serialized) struct HugeMessageTests {
    @Test("CON-15: a message of more than 2 GiB goes to a child")
    func huge() async throws {
        let count = Campaign.count("HUGE") ?? 2_200_000_000
        guard Survey.availableMemory > 5 << 30 else {
            return print("CON-15 is skipped: it takes 5 GiB of memory")
        }
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            let bytes = try await far.receiveBytes()
            var usage = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            // The message, and little more.
            let isSmall = usage.ru_maxrss << 10 < bytes.count + 300 << 20
            let isEqual = bytes.first == 1 && bytes.last == 2 && bytes[bytes.count / 2] == 3
            try await far.send([bytes.count, isSmall ? 1 : 0, isEqual ? 1 : 0])
        }
        try await child.start()
        far.close()
        var bytes = [UInt8](repeating: 0, count: count)
        bytes[0] = 1
        bytes[count / 2] = 3
        bytes[count - 1] = 2
        try await near.send(bytes: bytes)
        #expect(try await near.receive([Int].self) == [count, 1, 1])
        #expect(try await child.join() == .exited(0))
    }

    @Test("more than 2 GiB to a CPython, and as much back", arguments: ["3.12", "3.13"])
    func python(version: String) async throws {
        guard let count = Campaign.count("HUGE") else {
            return print(
                "SKIPPED: more than 2 GiB to Python \(version) and back: set MULTIPROCESSING_HUGE=2200000000")
        }
        guard Survey.availableMemory > 4 * count else {
            return print("SKIPPED: \(count) bytes to Python \(version) and back take \(4 * count) of memory")
        }
        guard let path = PythonProgram.path(version) else { return }
        let listener = try await Listener(key: nil, protocol: .cpython, maximumLength: count)
        defer { listener.close() }
        let python = try PythonProgram(
            path, address: listener.address,
            """
            with Client(address) as c:
                data = c.recv_bytes()
                report("%d %d %d %d" % (len(data), data[0], data[len(data) // 2], data[-1]))
                del data
                data = bytearray(\(count))
                data[0], data[len(data) // 2], data[-1] = 4, 5, 6
                c.send_bytes(data)
            """)
        let connection = try await listener.accept()
        try await send(count, to: connection)
        #expect(try await python.report() == "\(count) 1 3 2")
        let answer = try await connection.receiveBytes()
        #expect(answer.count == count)
        #expect([answer[0], answer[count / 2], answer[count - 1]] == [4, 5, 6])
        #expect(await python.exitCode() == 0)
    }

    /// The bytes are gone when this returns.
    private func send(_ count: Int, to connection: Connection) async throws {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes[0] = 1
        bytes[count / 2] = 3
        bytes[count - 1] = 2
        try await connection.send(bytes: bytes)
    }
}
