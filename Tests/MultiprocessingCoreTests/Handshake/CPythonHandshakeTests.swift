import TestSupport
import Testing

@testable import MultiprocessingCore

/// What a side that speaks CPython's protocol makes of others that do not, or have not the key.
@Suite(.computes) struct CPythonHandshakeTests {
    private let key: SecretBytes
    private let otherKey: SecretBytes

    init() throws {
        key = try SecretBytes.random(count: 3)
        otherKey = try SecretBytes.random(count: 3)
    }

    private func machine(
        _ role: CPythonHandshake.Role, _ key: SecretBytes?, _ digest: CPythonDigest = .sha256
    ) -> CPythonHandshake {
        let random = (0..<CPythonHandshake.randomLength).map { _ in UInt8.random(in: 0 ... .max) }
        return CPythonHandshake(role, key: key, digest: digest, random: random)
    }

    private func frame(_ message: [UInt8]) -> [UInt8] { CPythonFrameInput.framed(message) }
    private func frame(_ text: String) -> [UInt8] { frame(Array(text.utf8)) }

    /// Passes what one side says to the other; whether anything was said.
    private func pass(_ from: inout CPythonHandshake, _ to: inout CPythonHandshake) throws -> Bool {
        var rest = from.takeOutput()[...]
        if rest.isEmpty { return false }
        while !rest.isEmpty {
            let piece = rest.prefix(to.wanted)
            guard !piece.isEmpty else { throw HandshakeFailure.ended }
            try to.receive(piece)
            rest = rest.dropFirst(piece.count)
        }
        return true
    }

    /// Lets two sides talk until neither has anything to say.
    private func talk(_ listener: inout CPythonHandshake, _ client: inout CPythonHandshake)
        -> [HandshakeFailure?]
    {
        var failures: [HandshakeFailure?] = [nil, nil]
        var goesOn = true
        while goesOn {
            goesOn = false
            do {
                if try pass(&listener, &client) { goesOn = true }
            } catch {
                failures[1] = error as? HandshakeFailure
                goesOn = true
            }
            do {
                if try pass(&client, &listener) { goesOn = true }
            } catch {
                if failures[0] == nil { failures[0] = error as? HandshakeFailure }
                goesOn = true
            }
        }
        return failures
    }

    /// Hears a stream, as far as it is wanted, and says how that went.
    private func hear(_ bytes: [UInt8], _ machine: inout CPythonHandshake) -> HandshakeFailure? {
        var rest = bytes[...]
        do throws(HandshakeFailure) {
            while !rest.isEmpty, machine.wanted > 0 {
                let piece = rest.prefix(machine.wanted)
                try machine.receive(piece)
                rest = rest.dropFirst(piece.count)
            }
            return nil
        } catch {
            return error
        }
    }

    private func isMalformed(_ failure: HandshakeFailure?) -> Bool {
        if case .malformed = failure { true } else { false }
    }

    @Test("two sides with one key, of any digest, agree", arguments: [CPythonDigest.sha256, .insecureMD5])
    func agree(digest: CPythonDigest) {
        for other in [CPythonDigest.sha256, .insecureMD5] {
            var (listener, client) = (machine(.listener, key, digest), machine(.client, key, other))
            #expect(talk(&listener, &client) == [nil, nil])
            #expect(listener.agreement != nil && client.agreement != nil)
        }
    }

    @Test("sides without a key say nothing")
    func noKey() {
        var (listener, client) = (machine(.listener, nil), machine(.client, nil))
        for side in [listener, client] { #expect(side.agreement != nil && side.wanted == 0) }
        #expect(listener.takeOutput().isEmpty && client.takeOutput().isEmpty)
    }

    @Test("two keys: both sides fail, the listener first")
    func wrongKey() {
        var (listener, client) = (machine(.listener, key), machine(.client, otherKey))
        #expect(talk(&listener, &client) == [.wrongProof, .refused])
        #expect(listener.agreement == nil && client.agreement == nil)
        #expect(listener.wanted == 0 && client.wanted == 0)
    }

    @Test("AUT-11: an answer with a wrong bit, byte or length is refused")
    func answers() {
        var listener = machine(.listener, key)
        let asked = listener.takeOutput()
        var client = machine(.client, key)
        #expect(hear(asked, &client) == nil)
        let right = Array(client.takeOutput().dropFirst(4))
        var wrong = [[], right + [0], Array(right.dropLast()), [UInt8](repeating: 0, count: right.count)]
        for bit in 0..<(8 * right.count) {
            var answer = right
            answer[bit / 8] ^= 1 << UInt8(bit % 8)
            wrong.append(answer)
        }
        for answer in wrong {
            var listener = listener
            #expect(hear(frame(answer), &listener) != nil)
            #expect(listener.agreement == nil)
            #expect(listener.takeOutput() == frame("#FAILURE#"))
            #expect(listener.wanted == 0)
        }
        #expect(hear(frame(right), &listener) == nil)
    }

    @Test("AUT-03: a verdict that is none, after our answer, is a failure of the authentication")
    func verdicts() {
        for verdict in ["#WELCOME", "#WELCOME#!", "#welcome#", "", "#FAILURE#", "#CHALLENGE#"] {
            var client = machine(.client, key)
            var listener = machine(.listener, key)
            #expect(hear(listener.takeOutput(), &client) == nil)
            _ = client.takeOutput()
            #expect(hear(frame(verdict), &client)?.isAboutAuthentication == true)
            #expect(client.agreement == nil && client.wanted == 0)
        }
    }

    @Test("AUT-10: other digests are refused")
    func otherDigests() {
        for digest in [CPythonDigest.sha256, .insecureMD5] {
            for name in ["{md5}", "{sha1}", "{none}", "{sha384}", "{sha3_256}", "{sha256", "", "{SHA256}"] {
                var client = machine(.client, key, digest)
                let challenge = Array("#CHALLENGE#\(name)".utf8) + [UInt8](repeating: 7, count: 40)
                #expect(hear(frame(challenge), &client)?.isAboutAuthentication == true)
                var listener = machine(.listener, key, digest)
                _ = listener.takeOutput()
                #expect(
                    hear(frame(Array(name.utf8) + [UInt8](repeating: 7, count: 32)), &listener)?
                        .isAboutAuthentication == true)
            }
        }
    }

    @Test("SFR-03 SFR-04: messages that are too long, negative or in the long form are refused by their head")
    func heads() {
        for head: [UInt8] in [
            [0, 0, 1, 1], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xfe],
            [0x80, 0, 0, 0],
        ] {
            for role in [CPythonHandshake.Role.listener, .client] {
                var side = machine(role, key)
                _ = side.takeOutput()
                #expect(isMalformed(hear(head, &side)), "\(head)")
            }
        }
        // The longest that CPython accepts is a message, if not a good one.
        var listener = machine(.listener, key)
        #expect(hear([0, 0, 1, 0], &listener) == nil)
        #expect(listener.wanted == 256)
    }

    @Test("a client's challenge that is passed on to another client is not answered; nor a listener's")
    func passedOn() {
        // Whoever has no key pretends to be a listener, twice.
        var (first, second) = (machine(.client, key), machine(.client, key))
        var honest = machine(.listener, key)
        #expect(hear(honest.takeOutput(), &first) == nil)
        #expect(hear(first.takeOutput(), &honest) == nil)
        #expect(hear(honest.takeOutput(), &first) == nil)
        let challenge = first.takeOutput()
        #expect(challenge.count == 4 + 11 + 8 + 40)
        #expect(isMalformed(hear(challenge, &second)))
        // The listener that asked is the one that answers.
        #expect(hear(challenge, &honest) == nil)
        var listener = machine(.listener, key)
        let asked = listener.takeOutput()
        var client = machine(.client, key)
        #expect(hear(asked, &client) == nil)
        #expect(hear(client.takeOutput(), &listener) == nil)
        #expect(isMalformed(hear(asked, &listener)))
    }

    @Test("SFR-06: any bytes end in a typed failure or are waited for", arguments: [UInt64](1...10))
    func noise(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let words = ["#CHALLENGE#", "#WELCOME#", "#FAILURE#", "{sha256}", "{md5}"].map { Array($0.utf8) }
        for _ in 0..<(Campaign.frames / 10) {
            var side = machine(Bool.random(using: &random) ? .listener : .client, key, .insecureMD5)
            var message: [UInt8] = []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                if Bool.random(using: &random) { message += words.randomElement(using: &random) ?? [] }
                message += (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    .random(in: 0 ... .max, using: &random)
                }
            }
            var bytes = frame(message)
            if Int.random(in: 0..<8, using: &random) == 0 {
                bytes[Int.random(in: 0..<4, using: &random)] ^= 0x81
            }
            _ = hear(bytes, &side)
            #expect(side.agreement == nil)
        }
    }
}
