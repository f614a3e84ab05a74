import MultiprocessingCore
import TestSupport
import Testing

@testable import Multiprocessing

/// The two ends of a link, in one process.
private struct LinkEnds {
    let client: ManagerLink
    let server: ManagerLink
    let serverEnd: ConnectionEnd

    init() throws {
        let (near, far) = try ConnectionEnd.pair(duplex: true)
        client = ManagerLink(near, isInherited: false)
        server = ManagerLink(far, isInherited: false)
        serverEnd = far
    }

    /// Goes over to memory, both ways.
    func share() throws {
        let offered = try #require(server.offerMemory())
        server.flush()
        let message = try #require(try client.receive())
        let file = try #require(message.descriptors.first)
        let way = try #require(client.acceptMemory(file))
        let join = try #require(try server.receive())
        #expect(try FramePlace.all(in: join.bytes).map(\.kind) == [.join])
        server.receive(through: offered)
        server.send(through: offered, after: .joined)
        let joined = try #require(try client.receive())
        #expect(try FramePlace.all(in: joined.bytes).map(\.kind) == [.joined])
        client.receive(through: way)
        // Nothing is left at the sockets.
        #expect(try client.receive() == nil && server.receive() == nil)
    }
}

extension ManagerLink {
    fileprivate func send(_ number: Int, bytes: Int, with attachments: [SharedDescriptor] = []) throws {
        try append(.call, attachments: attachments) { writer in
            writer.append(number)
            writer.append(contentsOf: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes))
        }
    }

    /// The numbers of all frames that have come, and how many descriptors came with them.
    fileprivate func numbers() throws -> (numbers: [Int], descriptors: Int) {
        var found: [Int] = []
        var descriptors = 0
        while let message = try receive() {
            descriptors += message.descriptors.count
            try FramePlace.visit(message.bytes) { _, range in
                var slice = FrameSlice(message: message, range: range)
                let number = try slice.read { try $0.bytes.read(Int.self) }
                let rest = message.bytes[slice.range]
                #expect(rest.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) })
                found.append(number)
            }
        }
        return (found, descriptors)
    }
}

@Suite(.timeLimit(.minutes(10))) struct ManagerLinkTests {
    @Test("Frames of any length and with descriptors arrive in order, through memory and around it")
    func order() throws {
        let ends = try LinkEnds()
        try ends.share()
        var random = SplitMix64(state: 3)
        for link in [(ends.client, ends.server), (ends.server, ends.client)] {
            var next = 0
            for _ in 0..<50 {
                var expected: [Int] = []
                var descriptors = 0
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    let length = [0, 10, 1000, 40_000, 100_000].randomElement(using: &random) ?? 0
                    let isAttached = Int.random(in: 0..<8, using: &random) == 0
                    try link.0.send(next, bytes: length, with: isAttached ? [ends.serverEnd.descriptor] : [])
                    descriptors += isAttached ? 1 : 0
                    expected.append(next)
                    next += 1
                }
                var found: [Int] = []
                // What has no room goes out when there is some.
                while found.count < expected.count {
                    link.0.flush()
                    link.1.rouse()
                    let (numbers, count) = try link.1.numbers()
                    found += numbers
                    descriptors -= count
                }
                #expect(found == expected && descriptors == 0)
            }
        }
    }

    @Test("A sleeper is woken at its socket, once, and one who is awake is not")
    func waking() throws {
        let ends = try LinkEnds()
        try ends.share()
        try ends.client.send(1, bytes: 0)
        ends.client.flush()
        #expect(!ends.serverEnd.interest.isReadable)
        #expect(try ends.server.numbers().numbers == [1])
        #expect(!ends.server.announceSleep())
        try ends.client.send(2, bytes: 0)
        ends.client.flush()
        #expect(ends.serverEnd.interest.isReadable)
        ends.server.rouse()
        #expect(try ends.server.numbers().numbers == [2])
        try ends.client.send(3, bytes: 0)
        ends.client.flush()
        #expect(!ends.serverEnd.interest.isReadable)
        #expect(ends.server.announceSleep())
    }

    @Test("What was sent before the end is received, then the end")
    func end() throws {
        let ends = try LinkEnds()
        try ends.share()
        try ends.client.send(1, bytes: 10)
        try ends.client.send(2, bytes: 100_000)
        try ends.client.send(3, bytes: 10)
        ends.client.flush()
        ends.client.close()
        ends.server.rouse()
        var found: [Int] = []
        #expect(throws: TransportFailure.self) {
            while found.count < 4 {
                found += try ends.server.numbers().numbers
                ends.server.rouse()
            }
        }
        #expect(found.isEmpty || found == [1, 2, 3])
    }

    @Test("Whoever has read a part of a long message is called for the rest", arguments: [false, true])
    func rest(isShared: Bool) async throws {
        let ends = try LinkEnds()
        if isShared { try ends.share() }
        // One that came whole without a call, because somebody looked in time, is not waited for by the next.
        for number in 0..<4 {
            try ends.client.send(number, bytes: 20 << 20)
            ends.client.flush()
            ends.server.rouse()
            var numbers = try ends.server.numbers().numbers
            while numbers.isEmpty {
                let (calls, call) = AsyncStream<Void>.makeStream()
                let hasPart = try ends.server.awaitRest { call.yield() }
                if hasPart, number % 2 == 0 {
                    for await _ in calls { break }
                } else {
                    await Task.yield()
                }
                ends.server.rouse()
                numbers = try ends.server.numbers().numbers
            }
            #expect(try numbers == [number] && !ends.server.awaitRest {})
        }
    }

    @Test("A message that was not announced, and memory that holds something else, are errors")
    func strangers() throws {
        let ends = try LinkEnds()
        try ends.share()
        let (near, far) = try ConnectionEnd.pair(duplex: true)
        let segment = try WorkerSegment.make(ringBytes: SharedWay.ringBytes)
        let link = ManagerLink(far, isInherited: false)
        link.receive(through: SharedWay(segment, isServer: true))
        let stranger = ManagerLink(near, isInherited: false)
        try stranger.send(1, bytes: 10)
        stranger.flush()
        #expect(throws: TransportFailure.self) { try link.receive() }
        var writer = FrameWriter(segment.requests)
        try writer.send(kind: 77, slot: 0, [1, 2, 3])
        #expect(throws: TransportFailure.self) { try link.receive() }
    }

    @Test("Memory that could be made smaller is not taken")
    func unsealed() throws {
        let ends = try LinkEnds()
        let (near, _) = try ConnectionEnd.pair(duplex: true)
        #expect(ends.client.acceptMemory(near.descriptor) == nil)
    }
}
