import TestSupport
import Testing

@testable import MultiprocessingCore

/// Both roles of the handshake, without sockets.
@Suite struct HandshakeTests {
    private let key: SecretBytes

    init() throws {
        key = try Conversation.key()
    }

    @Test("both sides agree, in whatever pieces the bytes come", arguments: [1, 2, 3, 7, 10_000])
    func agreement(piece: Int) throws {
        for ends in [HandshakeEnds.network, Conversation.local] {
            var talk = Conversation(Conversation.listener(key, ends: ends), Conversation.client(key, ends: ends))
            talk.run(piece: piece)
            #expect(talk.agreed)
            #expect(talk.fromListener.count == 2 && talk.fromClient.count == 1)
            // Only where the kernel does not vouch for what comes.
            #expect((talk.client.agreement?.seals != nil) == (ends == .network))
            #expect((talk.listener.agreement?.seals != nil) == (ends == .network))
        }
    }

    @Test("the seals of the two sides fit, and those of the two directions are different")
    func seals() throws {
        var talk = Conversation(Conversation.listener(key), Conversation.client(key))
        talk.run()
        let client = try #require(talk.client.agreement?.seals)
        let listener = try #require(talk.listener.agreement?.seals)
        let header: [UInt8] = Array(0..<16)
        #expect(client.sending.code(ofHeader: header) == listener.receiving.code(ofHeader: header))
        #expect(listener.sending.code(ofHeader: header) == client.receiving.code(ofHeader: header))
        #expect(client.sending.code(ofHeader: header) != client.receiving.code(ofHeader: header))
        var other = Conversation(Conversation.listener(key), Conversation.client(key))
        other.run()
        let second = try #require(other.client.agreement?.seals)
        #expect(client.sending.code(ofHeader: header) != second.sending.code(ofHeader: header))
    }

    @Test("the proofs are what the protocol says, computed in another way")
    func transcript() throws {
        var talk = Conversation(
            Conversation.listener(key, ends: Conversation.local), Conversation.client(key, ends: Conversation.local))
        talk.run()
        let hello = Array(talk.fromListener[0][2...])
        let answer = Array(talk.fromClient[0][2...])
        let head = Array(answer.dropLast(32))
        func word(_ number: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(number)) { Array($0) } }
        let ends = [2] + word(1000) + word(10) + word(1000) + word(20)
        let transcript = SHA256.digest(of: word(hello.count) + hello + word(head.count) + head + ends)
        func code(_ role: String, _ more: [UInt8] = []) -> [UInt8] {
            // RFC 2104, written out.
            let block = [UInt8](repeating: 7, count: 32) + [UInt8](repeating: 0, count: 32)
            let inner = SHA256.digest(of: block.map { $0 ^ 0x36 } + Array(role.utf8) + transcript + more)
            return SHA256.digest(of: block.map { $0 ^ 0x5c } + inner)
        }
        let proof = code("mp1 client")
        #expect(Array(answer.suffix(32)) == proof)
        #expect(talk.fromListener[1] == [33, 0, 1] + code("mp1 server", proof))
    }

    @Test("without a key on either side there is nothing to prove")
    func noKey() {
        var talk = Conversation(Conversation.listener(nil), Conversation.client(nil))
        talk.run()
        #expect(talk.agreed)
        #expect(talk.client.agreement?.seals == nil)
    }

    @Test("AUT-14: a key on one side only is a mismatch on both", arguments: [true, false])
    func keyOnOneSide(isListeners: Bool) {
        var talk = Conversation(
            Conversation.listener(isListeners ? key : nil), Conversation.client(isListeners ? nil : key))
        talk.run()
        #expect(talk.isNobodyIn)
        guard case .mismatch = talk.clientFailure else {
            Issue.record("\(String(describing: talk.clientFailure))")
            return
        }
        // A client that goes on all the same.
        var listener = Conversation.listener(isListeners ? key : nil)
        _ = listener.takeOutput()
        let answer = AnswerMessage(
            nonce: HandshakeNonce.make(), numbers: 1, digest: isListeners ? "" : "sha256",
            proof: isListeners ? [] : [UInt8](repeating: 0, count: 32))
        guard case .mismatch = listener.feed(HandshakeInput.framed(answer.bytes)) else {
            Issue.record("the listener let it in")
            return
        }
        #expect(listener.takeOutput() == HandshakeInput.framed(VerdictMessage.failure.bytes))
    }

    @Test("a key of which one bit is another fits on neither side")
    func wrongKey() throws {
        for bit in 0..<8 {
            let other = try SecretBytes(count: 32) { buffer in
                for index in buffer.indices { buffer[index] = 7 }
                buffer[31] ^= 1 << UInt8(bit)
            }
            var talk = Conversation(Conversation.listener(key), Conversation.client(other))
            talk.run()
            #expect(talk.isNobodyIn)
            #expect(talk.listenerFailure == .wrongProof)
            #expect(talk.clientFailure == .refused)
        }
    }

    @Test("AUT-03: a verdict that is bogus after our answer is an error")
    func bogusVerdict() {
        for verdict in [[2] + [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 9, count: 32), [0]] {
            var talk = Conversation(Conversation.listener(key), Conversation.client(key))
            talk.run { bytes, number in number == 3 ? HandshakeInput.framed(verdict) : bytes }
            #expect(talk.client.agreement == nil)
            #expect(talk.clientFailure != nil)
        }
    }

    @Test("AUT-18: a proof for one purpose is none for another")
    func purposes() {
        var talk = Conversation(
            Conversation.listener(key, purpose: "manager"), Conversation.client(key, purpose: "listener"))
        talk.run()
        #expect(talk.isNobodyIn)
        // Somebody between the two who renames the service.
        var renamed = Conversation(
            Conversation.listener(key, purpose: "manager1"), Conversation.client(key, purpose: "listener"))
        renamed.run { bytes, number in
            guard number == 1, let hello = try? HelloMessage(Array(bytes[2...])) else { return bytes }
            let fake = HelloMessage(
                purpose: "listener", nonce: hello.nonce, numbers: hello.numbers, digests: hello.digests)
            return HandshakeInput.framed(fake.bytes)
        }
        #expect(renamed.isNobodyIn)
        #expect(renamed.listenerFailure == .wrongProof)
    }

    @Test("AUT-10 MSC-05: other digests, none, or another version end in an error", arguments: 0..<5)
    func downgrade(number: Int) {
        var talk = Conversation(Conversation.listener(key), Conversation.client(key))
        talk.run { bytes, message in
            guard message == 1, var hello = try? HelloMessage(Array(bytes[2...])) else { return bytes }
            switch number {
            case 0: hello.digests = ["md5", "sha1"]
            case 1: hello.digests = []
            case 2: hello.digests = ["sha256 ", "none", ""]
            case 3: hello.version = 0
            default: hello.version = 2
            }
            return HandshakeInput.framed(hello.bytes)
        }
        #expect(talk.isNobodyIn)
        let failure = talk.clientFailure
        #expect(number < 3 ? failure?.isAboutAuthentication == true : failure == .version(number == 3 ? 0 : 2))
        for (digest, version) in [("md5", 1), ("", 1), ("sha1", 1), ("sha256", 0), ("sha256", 2)] {
            var listener = Conversation.listener(key)
            _ = listener.takeOutput()
            var answer = AnswerMessage(
                nonce: HandshakeNonce.make(), numbers: 1, digest: digest,
                proof: digest.isEmpty ? [] : [UInt8](repeating: 1, count: 32))
            answer.version = UInt16(version)
            #expect(listener.feed(HandshakeInput.framed(answer.bytes)) != nil)
            #expect(listener.agreement == nil)
        }
    }

    @Test("a longer list of digests that somebody added to is noticed")
    func addedDigest() {
        var talk = Conversation(Conversation.listener(key), Conversation.client(key))
        talk.run { bytes, message in
            guard message == 1, var hello = try? HelloMessage(Array(bytes[2...])) else { return bytes }
            hello.digests.append("sha3-384")
            return HandshakeInput.framed(hello.bytes)
        }
        #expect(talk.isNobodyIn)
        #expect(talk.listenerFailure == .wrongProof)
    }

    @Test("AUT-11: a byte more, a byte less, nothing at all, or zeros are refused, in every message")
    func sizes() throws {
        for message in 1...3 {
            for change in 0..<4 {
                var talk = Conversation(Conversation.listener(key), Conversation.client(key))
                talk.run { bytes, number in
                    guard number == message else { return bytes }
                    let body = Array(bytes[2...])
                    return switch change {
                    case 0: HandshakeInput.framed(body + [0])
                    case 1: HandshakeInput.framed(Array(body.dropLast()))
                    case 2: HandshakeInput.framed([])
                    default: HandshakeInput.framed([UInt8](repeating: 0, count: body.count))
                    }
                }
                #expect(talk.client.agreement == nil)
                if message < 3 { #expect(talk.listener.agreement == nil) }
                #expect(talk.clientFailure != nil || talk.listenerFailure != nil)
            }
        }
        // Something behind the message that has to be answered first.
        var listener = Conversation.listener(key)
        let hello = listener.takeOutput()
        var client = Conversation.client(key)
        #expect(client.feed(hello + [1]) != nil)
    }

    @Test("a bit that is flipped in any message is noticed")
    func bits() {
        var talk = Conversation(Conversation.listener(key), Conversation.client(key))
        talk.run()
        let lengths = [talk.fromListener[0].count, talk.fromClient[0].count, talk.fromListener[1].count]
        for (index, length) in lengths.enumerated() {
            for bit in 0..<(8 * length) {
                var talk = Conversation(Conversation.listener(key), Conversation.client(key))
                talk.run { bytes, number in
                    guard number == index + 1 else { return bytes }
                    var changed = bytes
                    changed[bit / 8] ^= 1 << UInt8(bit % 8)
                    return changed
                }
                // Never both; the client is never in.
                #expect(talk.client.agreement == nil, "message \(index + 1), bit \(bit)")
                if index < 2 { #expect(talk.listener.agreement == nil, "message \(index + 1), bit \(bit)") }
            }
        }
    }
}
