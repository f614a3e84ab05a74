import Glibc
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .startsProcesses) struct BarrierTests {
    // A process is a party from its first wait on. One that is killed breaks the barrier, also between two waits; one
    // that ends by itself leaves, and the barrier waits for others to come in its place.

    @Test("BAR-01 BAR-11: five parties pass together, once and ten times", arguments: everyContext, [1, 10])
    func lockstep(context: ProcessContext, rounds: Int) async throws {
        let barrier = try SharedBarrier(parties: 5)
        let children = (0..<4).map { _ in
            ChildProcess(barrier, rounds, context: context) { barrier, rounds in
                for _ in 0..<rounds { try await barrier.wait() }
            }
        }
        for child in children { try await child.start() }
        for _ in 0..<rounds {
            await until { barrier.waitingCount == 4 }
            #expect(try await barrier.wait() == 4)
        }
        for child in children { #expect(try await child.join() == .exited(0)) }
        #expect(barrier.parties == 5 && barrier.waitingCount == 0 && !barrier.isBroken)
        #expect("\(barrier)" == "SharedBarrier(waiting: 0 of 5)")
    }

    @Test("BAR-03: the action runs once a passage, before anybody goes on")
    func action() async throws {
        let count = Tally<Int>()
        let barrier = try SharedBarrier(parties: 5) { count.add(0) }
        for round in 1...10 {
            try await together(5) { _ in
                try await barrier.wait()
                #expect(count.elements.count == round)
            }
        }
        #expect(count.elements.count == 10)
    }

    @Test("an action that throws breaks the barrier for all")
    func failingAction() async throws {
        let barrier = try SharedBarrier(parties: 3)
        let codes = Tally<MultiprocessingError.Code?>()
        let failures = Tally<Bool>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do {
                        try await barrier.wait { throw TestError() }
                    } catch let error as MultiprocessingError {
                        codes.add(error.code)
                    } catch {
                        failures.add(error is TestError)
                    }
                }
            }
        }
        #expect(codes.elements == [.brokenBarrier, .brokenBarrier] && failures.elements == [true])
        #expect(barrier.isBroken)
    }

    @Test("BAR-04 BAR-06: one aborts while four wait, and after a reset all pass", arguments: everyContext)
    func abort(context: ProcessContext) async throws {
        let barrier = try SharedBarrier(parties: 5)
        let again = try SharedEvent()
        let children = (0..<4).map { _ in
            ChildProcess(barrier, again, context: context, options: .captured) { barrier, again in
                say("\(await code { try await barrier.wait() } == .brokenBarrier)")
                try await again.wait()
                try await barrier.wait()
            }
        }
        for child in children { try await child.start() }
        await until { barrier.waitingCount == 4 }
        barrier.abort()
        for child in children {
            var lines = child.standardOutputLines.makeAsyncIterator()
            #expect(try await lines.next() == "true")
        }
        #expect(barrier.isBroken && "\(barrier)" == "SharedBarrier(broken)")
        #expect(await code { try await barrier.wait() } == .brokenBarrier)
        barrier.reset()
        #expect(!barrier.isBroken)
        again.set()
        try await barrier.wait()
        for child in children { #expect(try await child.join() == .exited(0)) }
    }

    @Test("BAR-05: a reset while four wait breaks it for those, and then all pass")
    func reset() async throws {
        let barrier = try SharedBarrier(parties: 5)
        async let four: Void = together(4) { _ in
            #expect(await code { try await barrier.wait() } == .brokenBarrier)
            try await barrier.wait()
        }
        await until { barrier.waitingCount == 4 }
        barrier.reset()
        #expect(!barrier.isBroken)
        try await barrier.wait()
        try await four
        #expect(barrier.waitingCount == 0)
    }

    @Test("BAR-07: a limit that is over breaks it for all, also for who comes later", arguments: everyContext)
    func limit(context: ProcessContext) async throws {
        let barrier = try SharedBarrier(parties: 5)
        let children = (0..<4).map { _ in
            ChildProcess(barrier, context: context, options: .captured) { barrier in
                say("\(await code { try await barrier.wait(timeout: .milliseconds(200)) } == .brokenBarrier)")
            }
        }
        for child in children { try await child.start() }
        for child in children { #expect(try await child.standardOutputLines.all() == ["true"]) }
        for child in children { try await child.join() }
        #expect(await code { try await barrier.wait() } == .brokenBarrier)
    }

    @Test("BAR-09: one party never waits; less than one is refused")
    func oneParty() async throws {
        let barrier = try SharedBarrier(parties: 1)
        for _ in 0..<100 { #expect(try await barrier.wait(timeout: .zero) == 0) }
        for parties in [0, -1, 1 << 40] {
            #expect(await code { _ = try SharedBarrier(parties: parties) } == .invalidArgument)
        }
    }

    @Test("BAR-10: a thousand passages of five processes stay in step")
    func manyPassages() async throws {
        let barrier = try SharedBarrier(parties: 5)
        let (reader, writer) = try pipePair()
        var options = StartOptions()
        options.standardOutput = .descriptor(writer)
        let children = (0..<5).map { _ in
            ChildProcess(barrier, options: options) { barrier in
                for round in 0..<1000 {
                    put("\(round)\n", STDOUT_FILENO)
                    try await barrier.wait()
                }
            }
        }
        for child in children { try await child.start() }
        close(writer)
        let text = try await onThread { everything(reader) }
        for child in children { #expect(try await child.join() == .exited(0)) }
        let rounds = text.split(separator: "\n").compactMap { Int($0) }
        #expect(rounds == (0..<5000).map { $0 / 5 })
    }

    @Test("a cancelled party breaks the barrier for the others")
    func cancelling() async throws {
        let barrier = try SharedBarrier(parties: 3)
        let waiting = Task { try await barrier.wait() }
        let other = Task { await code { try await barrier.wait() } }
        await until { barrier.waitingCount == 2 }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(await other.value == .brokenBarrier)
    }

    @Test(
        "FLK-06: a party is killed while the others wait, or before", arguments: everyContext, [false, true])
    func death(context: ProcessContext, whileItWaits: Bool) async throws {
        let barrier = try SharedBarrier(parties: 3)
        let other = try SharedEvent()
        let victim = ChildProcess(barrier, other, context: context) { barrier, other in
            try await barrier.wait()
            if whileItWaits { try await barrier.wait() }
            try await other.wait()
        }
        try await victim.start()
        try await together(2) { _ in try await barrier.wait() }
        let waiting = Task { await code { try await barrier.wait() } }
        await until { barrier.waitingCount == (whileItWaits ? 2 : 1) }
        kill(try #require(victim.pid), SIGKILL)
        #expect(await waiting.value == .brokenBarrier)
        try await victim.join()
        // The dead one is no party of what begins after a reset.
        barrier.reset()
        for _ in 0..<3 { try await together(3) { _ in try await barrier.wait() } }
    }

    @Test("a party that was killed while nobody waited is forgotten by a reset", arguments: everyContext)
    func deathBeforeAReset(context: ProcessContext) async throws {
        let barrier = try SharedBarrier(parties: 2)
        let victim = ChildProcess(barrier, context: context) { barrier in
            try await barrier.wait()
            kill(getpid(), SIGKILL)
        }
        try await victim.start()
        try await barrier.wait()
        try await victim.join()
        barrier.reset()
        let waiting = Task { try await barrier.wait() }
        // Several times as long as it takes to look for the dead.
        await until { barrier.waitingCount == 1 }
        #expect(try await !SharedEvent().wait(timeout: .milliseconds(200)))
        #expect(!barrier.isBroken)
        try await barrier.wait()
        _ = try await waiting.value
    }

    @Test("a party that ends by itself leaves without harm", arguments: everyContext)
    func leaving(context: ProcessContext) async throws {
        let barrier = try SharedBarrier(parties: 2)
        for _ in 0..<3 {
            let child = ChildProcess(barrier, context: context) { try await $0.wait() }
            try await child.start()
            try await barrier.wait()
            #expect(try await child.join() == .exited(0))
        }
        let waiting = Task { try await barrier.wait() }
        await until { barrier.waitingCount == 1 }
        #expect(try await !SharedEvent().wait(timeout: .milliseconds(150)))
        #expect(!barrier.isBroken)
        try await barrier.wait()
        _ = try await waiting.value
    }
}

/// Runs a body in several tasks at once.
private func together(_ count: Int, _ body: @escaping @concurrent @Sendable (Int) async throws -> Void)
    async throws
{
    try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<count { group.addTask { try await body(number) } }
        try await group.waitForAll()
    }
}

/// All bytes up to the end, as text.
private func everything(_ descriptor: Int32) -> String {
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &bytes, bytes.count), count > 0 { text += bytes[..<count] }
    close(descriptor)
    return String(decoding: text, as: UTF8.self)
}
