import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Accepted connections in other processes, and what goes over them.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct ListenerProcessTests {
    @Test("LIS-10: a program with an address and a key on its command line delivers a message")
    func token() async throws {
        let text = String((0..<32).map { _ in "0123456789abcdef".randomElement() ?? "0" })
        let key = try AuthenticationKey(Array(text.utf8))
        for place in [Place.unix, .tcp] {
            let listener = try await Listener(place.address, key: key)
            async let outcome = HostProgram.run(["deliver", "forkserver", listener.address.description, text])
            let connection = try await listener.accept()
            #expect(try await connection.receive(String.self).hasPrefix("delivered by"))
            try await connection.send(true)
            #expect(try await outcome.status == .exited(0))
        }
    }

    @Test("FDP-04: an accepted connection is used in another process", arguments: Place.allCases)
    func elsewhere(place: Place) async throws {
        let joined = try await Joined(place)
        // Not from the beginning: a sealed session goes on where it was.
        try await joined.client.send(1)
        #expect(try await joined.server.receive(Int.self) == 1)
        try await joined.server.send(2)
        #expect(try await joined.client.receive(Int.self) == 2)
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            let server = try await far.receive(Connection.self)
            let number = try await server.receive(Int.self)
            try await server.send(number + 1)
            try await far.send(true)
        }
        try await child.start()
        try await near.send(joined.server)
        joined.server.close()
        try await joined.client.send(41)
        #expect(try await joined.client.receive(Int.self) == 42)
        _ = try await near.receive(Bool.self)
        #expect(try await child.join() == .exited(0))
    }

    @Test(
        "handles travel over accepted local connections; over TCP they are refused, and the refusal names a way"
    )
    func handles() async throws {
        for place in Place.local {
            let joined = try await Joined(place)
            let (left, right) = try Connection.pipe()
            try await joined.client.send(left)
            try await joined.server.receive(Connection.self).send("through both")
            #expect(try await right.receive(String.self) == "through both")
        }
        let tcp = try await Joined(.tcp)
        let (left, _) = try Connection.pipe()
        let error = await #expect(throws: MultiprocessingError.self) { try await tcp.client.send(left) }
        #expect(error?.code == .notTransferable)
        #expect(error?.message.contains("managed object") == true)
        try await tcp.client.send(1)
        #expect(try await tcp.server.receive(Int.self) == 1)
    }

    @Test("FDP-12: who the peer is can be asked, with as many descriptors under way as there can be")
    func credentials() async throws {
        let listener = try await Listener()
        let child = ChildProcess(listener.address) { address in
            let connection = try await Connection.connect(to: address)
            let one = try TransferredDescriptor(duplicating: 0)
            try await connection.send(Array(repeating: one, count: 253))
            _ = try await connection.receive(Bool.self)
        }
        try await child.start()
        let connection = try await listener.accept()
        let peer = try #require(try connection.peer)
        #expect(peer.processID == child.pid && peer.userID == geteuid() && peer.groupID == getegid())
        #expect(try await connection.receive([TransferredDescriptor].self).count == 253)
        #expect(try connection.peer == peer)
        try await connection.send(true)
        #expect(try await child.join() == .exited(0))
        #expect(try await Joined(.tcp).client.peer == nil)
        let own = try await Joined(.own)
        #expect(try own.client.peer?.processID == getpid())
    }

    @Test("a forked copy of the process cannot use the listener, nor does it remove anything")
    func forkedCopy() async throws {
        let listener = try await Listener()
        let address = listener.address
        let child = ChildProcess(context: ProcessContext(.spawn)) {
            let listener = try await Listener()
            let inner = ChildProcess(context: ProcessContext(.fork)) { [path = listener.address.path] in
                guard let path else { exit(1) }
                exit(access(path, F_OK) == 0 ? 0 : 2)
            }
            try await inner.start()
            guard try await inner.join() == .exited(0) else { exit(3) }
            let client = try await Connection.connect(to: listener.address)
            try await client.send(1)
            guard try await listener.accept().receive(Int.self) == 1 else { exit(4) }
        }
        try await child.start()
        #expect(try await child.join() == .exited(0))
        #expect(try await Connection.connect(to: address).isReadable)
    }
}
