import Glibc
import MultiprocessingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)), .computes) struct MessageSocketTests {
    private let ours: MessageSocket
    private let theirs: MessageSocket

    init() throws {
        let (one, other) = try SocketPair.make()
        (ours, theirs) = (MessageSocket(one), MessageSocket(other))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 4096, 100_000])
    func aMessageArrivesWhole(size: Int) throws {
        var generator = SplitMix64(state: UInt64(size))
        let bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        try ours.send(bytes, until: .after(.seconds(5)))
        let message = try theirs.receive(until: .after(.seconds(5)))
        #expect(message.bytes == bytes)
        #expect(message.descriptors.isEmpty)
    }

    @Test func messagesKeepTheirBounds() throws {
        for size in 0..<50 { try ours.send([UInt8](repeating: UInt8(size), count: size), until: nil) }
        for size in 0..<50 {
            #expect(try theirs.receive(until: nil).bytes == [UInt8](repeating: UInt8(size), count: size))
        }
    }

    @Test func aMessageBeyondEveryBufferArrives() async throws {
        let size = 5 << 20
        let sent = Tally<Bool>()
        try OSThread.start(named: "test-sender") { [ours] in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 3) }
            sent.add((try? ours.send(bytes, until: .after(.seconds(30)))) != nil)
        }
        let message = try theirs.receive(until: .after(.seconds(30)))
        #expect(await sent.next(1) == [true])
        #expect(message.bytes.count == size)
        #expect(message.bytes.indices.allSatisfy { message.bytes[$0] == UInt8(truncatingIfNeeded: $0 / 3) })
    }

    @Test(arguments: [0, 1, 2, 253])
    func descriptorsArriveInOrder(count: Int) throws {
        let files = try (0..<count).map { number in
            SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096 * (number + 1)))
        }
        try ours.send([1, 2, 3], descriptors: files, until: nil)
        let message = try theirs.receive(until: nil)
        #expect(message.bytes == [1, 2, 3])
        #expect(message.descriptors.map { size(of: $0) } == (0..<count).map { 4096 * ($0 + 1) })
        for descriptor in message.descriptors {
            #expect(fcntl(descriptor.raw, F_GETFD) == FD_CLOEXEC)
        }
    }

    private func size(of file: SharedDescriptor) -> Int {
        var info = stat()
        return fstat(file.raw, &info) == 0 ? info.st_size : -1
    }

    @Test func tooManyDescriptorsAreRefused() throws {
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096))
        expect(.wire(.tooLarge(""))) {
            try ours.send([], descriptors: Array(repeating: file, count: 254), until: nil)
        }
        // Nothing of it was sent.
        try ours.send([7], until: nil)
        #expect(try theirs.receive(until: nil).bytes == [7])
    }

    @Test func descriptorsOfOneMessageDoNotReachTheNext() throws {
        let file = SharedDescriptor(try SharedMapping.makeFile(named: "test", count: 4096))
        for number in 0..<10 as Range<UInt8> {
            try ours.send([number], descriptors: number % 2 == 0 ? [file, file] : [], until: nil)
        }
        for number in 0..<10 as Range<UInt8> {
            let message = try theirs.receive(until: nil)
            #expect(message.bytes == [number])
            #expect(message.descriptors.count == (number % 2 == 0 ? 2 : 0))
        }
    }

    // MARK: Bytes that are no message

    /// A header as it goes over the wire.
    private func header(magic: UInt32 = 0x3167_734D, descriptors: UInt32 = 0, length: UInt64) -> [UInt8] {
        withUnsafeBytes(of: (magic, descriptors, length)) { Array($0) }
    }

    private func write(_ bytes: [UInt8]) {
        #expect(Glibc.write(ours.socket.raw, bytes, bytes.count) == bytes.count)
    }

    private func endWriting() {
        shutdown(ours.socket.raw, Int32(SHUT_WR))
    }

    @Test(arguments: 0..<26)
    func aMessageThatIsCutOffIsAnError(count: Int) throws {
        write(Array((header(length: 10) + [UInt8](repeating: 5, count: 10)).prefix(count)))
        endWriting()
        expect(count == 0 ? .ended : .wire(.truncated)) { _ = try theirs.receive(until: .after(.seconds(5))) }
    }

    @Test func foreignBytesAreAnError() {
        write(header(magic: 0x2F20_5447, length: 4))
        expect(.wire(.malformed(""))) { _ = try theirs.receive(until: .after(.seconds(5))) }
    }

    @Test(arguments: [UInt64(1001), 1 << 40, 1 << 63, .max])
    func aLengthBeyondTheLimitIsRefused(length: UInt64) {
        write(header(length: length))
        expect(.wire(.tooLarge(""))) { _ = try theirs.receive(limit: 1000, until: .after(.seconds(5))) }
    }

    @Test func memoryIsOnlyTakenForWhatArrives() {
        write(header(length: 1 << 40) + [1, 2, 3])
        endWriting()
        expect(.wire(.truncated)) { _ = try theirs.receive(until: .after(.seconds(5))) }
    }

    @Test func aWrongNumberOfDescriptorsIsAnError() {
        write(header(descriptors: 3, length: 1) + [1])
        expect(.wire(.malformed(""))) { _ = try theirs.receive(until: .after(.seconds(5))) }
    }

    // MARK: Waiting

    @Test func receivingEndsAtItsDeadline() {
        let deadline = Deadline.after(.milliseconds(20))
        expect(.timeout) { _ = try theirs.receive(until: deadline) }
        #expect(deadline.hasPassed)
        write(Array(header(length: 10).prefix(7)))
        expect(.timeout) { _ = try theirs.receive(until: .after(.milliseconds(20))) }
    }

    @Test func sendingEndsAtItsDeadline() {
        let deadline = Deadline.after(.milliseconds(20))
        expect(.timeout) { try ours.send([UInt8](repeating: 0, count: 8 << 20), until: deadline) }
        #expect(deadline.hasPassed)
    }

    @Test func sendingWithoutWaitingSendsWholeMessagesUntilThereIsNoSpace() throws {
        var count = 0
        while case .sent = try ours.sendWithoutWaiting([UInt8](repeating: UInt8(count % 256), count: 1000)) {
            count += 1
        }
        #expect(count > 0)
        for number in 0..<count {
            let bytes = try theirs.receive(until: .now).bytes
            #expect(bytes == [UInt8](repeating: UInt8(number % 256), count: 1000))
        }
        // Nothing of the one that had no space has come, and there is space again.
        expect(.timeout) { _ = try theirs.receive(until: .now) }
        #expect(try ours.sendWithoutWaiting([1]) == .sent)
    }

    @Test func sendingToAnEndThatIsGoneIsAnErrorAndNoSignal() throws {
        let (one, other) = try SocketPair.make()
        shutdown(other.raw, Int32(SHUT_RDWR))
        do {
            try MessageSocket(one).send([1], until: nil)
            Issue.record("it was sent to nobody")
        } catch .system(let error) {
            #expect(error.isBrokenChannel)
        } catch {
            Issue.record("\(error)")
        }
    }

    /// Compares kinds of failures; their texts are for people.
    private func expect(
        _ expected: MessageSocket.Failure, _ body: () throws -> Void,
        at location: SourceLocation = #_sourceLocation
    ) {
        do {
            try body()
            Issue.record("no failure", sourceLocation: location)
        } catch {
            let isExpected =
                switch (expected, error as? MessageSocket.Failure) {
                case (.ended, .ended), (.timeout, .timeout), (.wire(.truncated), .wire(.truncated)),
                    (.wire(.malformed), .wire(.malformed)), (.wire(.tooLarge), .wire(.tooLarge)):
                    true
                default: false
                }
            #expect(isExpected, "\(error)", sourceLocation: location)
        }
    }
}
