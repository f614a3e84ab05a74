import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConnectionPollTests {
    @Test("POL-01 POL-04 CON-13: empty messages count, and polling consumes nothing")
    func polling() async throws {
        let (left, right) = try Connection.pipe()
        #expect(try await !right.poll())
        try await left.send(bytes: [])
        for _ in 0..<3 { #expect(try await right.poll()) }
        #expect(try await right.receiveBytes() == [])
        #expect(try await !right.poll())
        for text in ["a", "b", "cd"] { try await left.send(bytes: Array(text.utf8)) }
        for text in ["a", "b", "cd"] {
            for _ in 0..<4 { #expect(try await right.poll(timeout: nil)) }
            #expect(try await right.receiveBytes() == Array(text.utf8))
        }
    }

    @Test("POL-05: polls with limits; data that is there or comes ends the wait")
    func limits() async throws {
        let (left, right) = try Connection.pipe()
        #expect(try await !right.poll(timeout: .seconds(-1)))
        let start = ContinuousClock.now
        #expect(try await !right.poll(timeout: .milliseconds(30)))
        #expect(ContinuousClock.now - start >= .milliseconds(30))
        let waiting = Task { try await right.poll(timeout: .seconds(60)) }
        await Task.yield()
        try await left.send(1)
        #expect(try await waiting.value)
        #expect(try await right.poll(timeout: .seconds(60)))
        let cancelled = Task { try await left.poll(timeout: nil) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    @Test("WAI-01 WAI-06: waiting on all of four writers' connections gives each message once, and each end")
    func fourWriters() async throws {
        let pairs = try (0..<4).map { _ in try Connection.pipe(duplex: false) }
        var open = Dictionary(uniqueKeysWithValues: pairs.enumerated().map { ($0.offset, $0.element.0) })
        let writing = Task {
            try await withThrowingTaskGroup { group in
                for (number, pair) in pairs.enumerated() {
                    group.addTask {
                        for round in 0..<10 { try await pair.1.send(number * 100 + round) }
                        pair.1.close()
                    }
                }
                try await group.waitForAll()
            }
        }
        var found: [Int] = []
        while !open.isEmpty {
            for ready in try await waitAny(Array(open.values)) {
                do {
                    found.append(try await ready.receive(Int.self))
                } catch let error as MultiprocessingError where error.code == .connectionClosed {
                    open = open.filter { $0.value !== ready }
                }
            }
        }
        let expected: [Int] = (0..<4).flatMap { number in (0..<10).map { round in number * 100 + round } }
        #expect(found.sorted() == expected)
        try await writing.value
    }

    @Test("WAI-03 WAI-05 WAI-08: nothing ready gives nothing; then exactly the ready one")
    func exactlyTheReadyOne() async throws {
        let (a, b) = try Connection.pipe()
        let (c, d) = try Connection.pipe()
        #expect(try await waitAny([b, d], timeout: .seconds(-5)).isEmpty)
        let start = ContinuousClock.now
        #expect(try await waitAny([b, d], timeout: .milliseconds(10)).isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(10))
        let waiting = Task { try await waitAny([b, d]) }
        await Task.yield()
        try await c.send(1)
        let ready = try await waiting.value
        #expect(ready.count == 1 && ready.first === d)
        // The same one twice counts twice, and an end that was closed before counts.
        a.close()
        // A program that another test starts at this moment has a copy of the end, until it is what it will be.
        while try await waitAny([b], timeout: .zero).isEmpty { await Task.yield() }
        #expect(try await waitAny([b, b, d], timeout: .zero).count == 3)
    }

    @Test("WAI-07 FDP-07: two long messages on two connections are both received whole through one wait")
    func longMessages() async throws {
        let pairs = try (0..<2).map { _ in try Connection.pipe() }
        let writing = pairs.enumerated().map { number, pair in
            Task { try await pair.0.send(bytes: pattern(1 << 20, seed: UInt64(number))) }
        }
        var left = [0, 1]
        while !left.isEmpty {
            for ready in try await waitAny(left.map { pairs[$0].1 }) {
                let bytes = try await ready.receiveBytes()
                left.removeAll { bytes == pattern(1 << 20, seed: UInt64($0)) }
            }
        }
        for task in writing { try await task.value }
    }

    @Test("the descriptor is readable when a message is there")
    func descriptor() async throws {
        let (left, right) = try Connection.pipe()
        let raw = WaitableDescriptor(try right.fileDescriptor)
        #expect(try await waitAny([raw], timeout: .zero).isEmpty)
        try await left.send(1)
        #expect(try await waitAny([raw], timeout: .zero) == [raw])
        #expect(fcntl(raw.raw, F_GETFD) & FD_CLOEXEC != 0)
    }
}
