import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Clients that are slow, silent or too many.
@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct HostileClientTests {
    @Test(
        "hundreds of clients that say a byte now and then keep no good one out, and are gone after five seconds"
    )
    func slow() async throws {
        let listener = try await Listener(.tcp(), backlog: 512)
        let slow = try (0..<200).map { _ in try RawClient(listener.address) }
        for client in slow { client.send([81]) }
        let start = ContinuousClock.now
        async let accepted = listener.accept()
        let good = try await Connection.connect(to: listener.address)
        let server = try await accepted
        try await good.send("good")
        #expect(try await server.receive(String.self) == "good")
        // Usually in less than a second.
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(listener.counts.halfOpen <= 64)
        for client in slow {
            client.send([0])
            // The greeting, and then the end.
            let all = try await onThread { client.receiveAll() }
            #expect(all?.count ?? 0 <= 69 + 35)
        }
        #expect(listener.counts.accepted == 1)
        #expect(listener.counts.dropped + listener.counts.refused == 200)
    }

    @Test(
        "a peer that never says anything is dropped after five seconds, on each kind of socket",
        arguments: Place.both)
    func silent(place: Place) async throws {
        let listener = try await Listener(place.address)
        let client = try RawClient(listener.address)
        let start = ContinuousClock.now
        let all = try await onThread { client.receiveAll() }
        #expect(all?.count == 69)
        #expect(ContinuousClock.now - start > .seconds(4))
        #expect(listener.counts.dropped == 1)
    }

    @Test("SLI-07: with more clients than places everyone is served", arguments: Place.both)
    func many(place: Place) async throws {
        // A network forgets who finds no place, and a local socket lets him try again.
        let listener = try await Listener(place.address, backlog: place.isLocal ? 4 : 1024)
        let address = listener.address
        let count = Self.clientCount
        print("\(count) clients at once, \(place)")
        let clients = Task {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<count {
                    group.addTask { try await Self.exchange(number, with: address) }
                }
                // Nobody waits for a client that has failed.
                defer { listener.close() }
                return try await group.reduce(0, +)
            }
        }
        var sum = 0
        for try await connection in listener.connections {
            let number = try await connection.receive(Int.self)
            try await connection.send(number)
            sum += number
        }
        #expect(try await clients.value == sum)
        #expect(sum == count * (count - 1) / 2)
    }

    /// Whoever does not get through within the five seconds, because the machine is slow, comes again.
    ///
    /// A client may hear of that only when it uses the connection. One that was served in vain would count twice.
    private static func exchange(_ number: Int, with address: ListenerAddress) async throws -> Int {
        while true {
            do {
                let connection = try await Connection.connect(to: address)
                try await connection.send(number)
                return try await connection.receive(Int.self)
            } catch let error as MultiprocessingError
                where error.code == .brokenConnection || error.code == .connectionClosed
            {
                try Task.checkCancellation()
            }
        }
    }

    /// A thousand, or as many as there are descriptors for: each has two here, and other tests have some, too.
    private static var clientCount: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let free = Int(clamping: limit.rlim_cur) - Survey.openDescriptors().count - 500
        return max(50, min(1000, free / 3))
    }

    @Test("SLI-07: without descriptors nobody is accepted and no time is wasted; with them it goes on")
    func withoutDescriptors() async throws {
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            // The first thread of a process needs a descriptor to become the main actor's.
            await MainActor.run {}
            let listener = try await Listener()
            try await far.send(listener.address)
            var limit = rlimit(rlim_cur: 100, rlim_max: 100)
            guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(9) }
            var taken: [Int32] = []
            while case let copy = dup(0), copy >= 0 { taken.append(copy) }
            try await far.send(true)
            // The client has connected by now.
            _ = try await far.receive(Bool.self)
            var before = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
            usleep(400_000)
            var after = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &after)
            func milliseconds(_ usage: rusage) -> Int {
                (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000
                    + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000
            }
            for copy in taken { close(copy) }
            let connection = try await listener.accept()
            try await connection.send(milliseconds(after) - milliseconds(before))
            _ = try await far.receive(Bool.self)
        }
        try await child.start()
        let address = try await near.receive(ListenerAddress.self)
        _ = try await near.receive(Bool.self)
        async let client = Connection.connect(to: address)
        try await near.send(true)
        let used = try await client.receive(Int.self)
        #expect(used < 200)
        try await near.send(true)
        #expect(try await child.join() == .exited(0))
    }

    @Test("SIG-03: a handled signal during accept does not end it")
    func signal() async throws {
        let (near, far) = try Connection.pipe()
        let child = ChildProcess(far) { far in
            Glibc.signal(SIGUSR1) { _ in }
            let listener = try await Listener()
            try await far.send(listener.address)
            let connection = try await listener.accept()
            try await connection.send("after the signals")
            _ = try await far.receive(Bool.self)
        }
        try await child.start()
        let address = try await near.receive(ListenerAddress.self)
        for _ in 0..<20 {
            kill(try #require(child.pid), SIGUSR1)
            await Task.yield()
        }
        let client = try await Connection.connect(to: address)
        #expect(try await client.receive(String.self) == "after the signals")
        try await near.send(true)
        #expect(try await child.join() == .exited(0))
    }
}
