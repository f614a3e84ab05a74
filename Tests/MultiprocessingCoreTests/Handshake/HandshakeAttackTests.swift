import Glibc
import TestSupport
import Testing

@testable import MultiprocessingCore

/// What somebody without the key can do who hears and says everything.
@Suite(.timeLimit(.minutes(10)), .computes) struct HandshakeAttackTests {
    private let key: SecretBytes

    init() throws {
        key = try Conversation.key()
    }

    @Test("AUT-07: a proof of the client's does not work in the other direction, nor back")
    func roleSwap() {
        var talk = Conversation(Conversation.listener(key), Conversation.client(key))
        var proof: [UInt8] = []
        talk.run { bytes, number in
            if number == 2 { proof = Array(bytes.suffix(32)) }
            // The client's own proof comes back as the listener's.
            return number == 3 ? HandshakeInput.framed([1] + proof) : bytes
        }
        #expect(talk.clientFailure == .wrongProof)
        #expect(talk.client.agreement == nil)
        // The listener's proof is given to it as a client's.
        var first = Conversation(Conversation.listener(key), Conversation.client(key))
        first.run()
        var second = Conversation(Conversation.listener(key), Conversation.client(key))
        second.run { bytes, number in
            number == 2 ? bytes.dropLast(32) + first.fromListener[1].suffix(32) : bytes
        }
        #expect(second.listenerFailure == .wrongProof)
    }

    @Test("reflection: what one's own listener says is of no use against one's own client")
    func reflection() {
        // A client of ours is led to our own listener by somebody in between, on a local socket: each end is told
        // that the one in between is at the other.
        func ends(_ listener: Int32, _ client: Int32) -> HandshakeEnds {
            .local(
                listener: PeerCredentials(processID: listener, userID: 1, groupID: 1),
                client: PeerCredentials(processID: client, userID: 1, groupID: 1), areComparable: true)
        }
        var talk = Conversation(
            Conversation.listener(key, ends: ends(10, 15)), Conversation.client(key, ends: ends(15, 20)))
        talk.run()
        #expect(talk.isNobodyIn)
        #expect(talk.listenerFailure == .wrongProof)
        #expect(talk.clientFailure == .refused)
        // Telling either side that processes are counted in another way does not help.
        var lied = Conversation(
            Conversation.listener(key, ends: ends(10, 15)), Conversation.client(key, ends: ends(15, 20)))
        lied.run { bytes, number in
            var changed = bytes
            if number == 1 { changed[2 + 8 + 2] ^= 1 }
            if number == 2 { changed[2 + 2] ^= 1 }
            return changed
        }
        #expect(lied.isNobodyIn)
        // In different containers only the users can be compared.
        var apart = Conversation(
            Conversation.listener(key, ends: ends(10, 0), numbers: 1),
            Conversation.client(key, ends: ends(0, 20), numbers: 2))
        apart.run()
        #expect(apart.agreed)
    }

    @Test("AUT-08: a recorded handshake is of no use against the same or a new listener, nor a new client")
    func replay() {
        var recorded = Conversation(Conversation.listener(key), Conversation.client(key))
        recorded.run()
        for _ in 0..<3 {
            var listener = Conversation.listener(key)
            _ = listener.takeOutput()
            #expect(listener.feed(recorded.fromClient[0]) == .wrongProof)
            var client = Conversation.client(key)
            #expect(client.feed(recorded.fromListener[0]) == nil)
            _ = client.takeOutput()
            #expect(client.feed(recorded.fromListener[1]) == .wrongProof)
        }
    }

    @Test("AUT-09: the proofs of two connections cannot be exchanged")
    func splice() {
        var first = Conversation(Conversation.listener(key), Conversation.client(key))
        var second = Conversation(Conversation.listener(key), Conversation.client(key))
        let hellos = [first.listener.takeOutput(), second.listener.takeOutput()]
        #expect(first.client.feed(hellos[0]) == nil)
        #expect(second.client.feed(hellos[1]) == nil)
        let answers = [first.client.takeOutput(), second.client.takeOutput()]
        #expect(first.listener.feed(answers[1]) == .wrongProof)
        #expect(second.listener.feed(answers[0]) == .wrongProof)
    }

    @Test("a stranger gets one greeting and one word, and no more than a kilobyte in")
    func costs() {
        var listener = Conversation.listener(key)
        let hello = listener.takeOutput()
        #expect(hello.count <= HandshakeLimits.message)
        #expect(listener.wanted <= HandshakeLimits.message + 2)
        for length in [0, HandshakeLimits.message + 1, 65_535] {
            var listener = Conversation.listener(key)
            _ = listener.takeOutput()
            #expect(listener.feed([UInt8(length & 255), UInt8(length >> 8)]) != nil)
            #expect(listener.takeOutput() == HandshakeInput.framed(VerdictMessage.failure.bytes))
            #expect(listener.wanted == 0)
            #expect(throws: HandshakeFailure.self) { try listener.receive([1]) }
            #expect(listener.takeOutput().isEmpty || listener.agreement == nil)
        }
    }

    /// A frame that somebody made of nothing, or of a good one.
    private func spoiled(_ good: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        func bytes(_ counts: ClosedRange<Int>) -> [UInt8] {
            let count = Int.random(in: counts, using: &random)
            var words: [UInt8] = []
            while words.count < count { withUnsafeBytes(of: random.next()) { words += $0 } }
            return Array(words.prefix(count))
        }
        switch Int.random(in: 0...2, using: &random) {
        case 0: return bytes(1...200)
        case 1:
            var changed = good
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            return changed
        default:
            return HandshakeInput.framed(
                good.dropFirst(2).prefix(Int.random(in: 0...60, using: &random)) + bytes(1...100))
        }
    }

    @Test(
        "random frames, and good ones with errors in them, never get anybody in, nor anything but typed errors"
    )
    func fuzz() async {
        var good = Conversation(Conversation.listener(key), Conversation.client(key))
        good.run()
        var listener = Conversation.listener(key)
        _ = listener.takeOutput()
        let client = Conversation.client(key)
        var answered = client
        #expect(answered.feed(good.fromListener[0]) == nil)
        for seed in 1...4 as ClosedRange<UInt64> {
            var random = SplitMix64(state: seed)
            for number in 0..<(Campaign.frames / 4) {
                // Others have tests, too.
                if number % 32 == 0 { await Task.yield() }
                let piece = Int.random(in: 1...600, using: &random)
                let agreement: HandshakeAgreement?
                switch number % 3 {
                case 0:
                    var machine = listener
                    _ = machine.feed(spoiled(good.fromClient[0], &random), piece)
                    agreement = machine.agreement
                case 1:
                    var machine = client
                    _ = machine.feed(spoiled(good.fromListener[0], &random), piece)
                    agreement = machine.agreement
                default:
                    var machine = answered
                    _ = machine.feed(spoiled(good.fromListener[1], &random), piece)
                    agreement = machine.agreement
                }
                if agreement != nil { Issue.record("seed \(seed), frame \(number)") }
            }
        }
    }
}
