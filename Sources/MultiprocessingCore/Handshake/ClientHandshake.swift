/// The client's side: hears the listener, proves itself first, and checks the listener's proof.
package struct ClientHandshake: HandshakeMachine {
    private enum State {
        case awaitingHello
        /// The proof that the listener owes; nil without a key.
        case awaitingVerdict(HandshakeProof?)
        case over
    }

    private let key: SecretBytes?
    private let purpose: String
    private let ends: HandshakeEnds
    private let numbers: UInt64
    private let nonce: [UInt8]
    private var state = State.awaitingHello
    private var input = HandshakeInput()
    private var output: [UInt8] = []
    package private(set) var agreement: HandshakeAgreement?

    /// - Parameters:
    ///   - key: what the listener has to have; nil for a listener without one.
    ///   - purpose: what the connection is for.
    ///   - ends: what the kernel says of both ends.
    ///   - numbers: what tells this process's view of process numbers from others.
    ///   - nonce: 32 bytes that were never used before.
    package init(
        key: SecretBytes?, purpose: String, ends: HandshakeEnds, numbers: UInt64, nonce: [UInt8]
    ) {
        self.key = key
        self.purpose = purpose
        self.ends = ends
        self.numbers = numbers
        self.nonce = nonce
    }

    package mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    package var wanted: Int {
        switch state {
        case .awaitingHello: input.wanted()
        // The first message of the connection may follow at once, and is not for the handshake.
        case .awaitingVerdict: input.wanted(VerdictMessage.length)
        case .over: 0
        }
    }

    package mutating func receive(_ bytes: ArraySlice<UInt8>) throws(HandshakeFailure) {
        do throws(HandshakeFailure) {
            switch state {
            case .awaitingHello:
                guard let message = try input.append(bytes) else { return }
                try hear(try HelloMessage(message), message)
            case .awaitingVerdict(let proof):
                guard let message = try input.append(bytes, longest: VerdictMessage.length) else { return }
                try hear(try VerdictMessage(message), proof)
            case .over:
                throw .malformed("bytes behind the end of a handshake")
            }
        } catch {
            state = .over
            output = []
            throw error
        }
    }

    private mutating func hear(_ hello: HelloMessage, _ bytes: [UInt8]) throws(HandshakeFailure) {
        guard hello.purpose == purpose else {
            throw .mismatch("a \(hello.purpose) is there, and not a \(purpose)")
        }
        guard let key else {
            guard hello.digests.isEmpty else { throw .mismatch("the listener asks for a key") }
            let answer = AnswerMessage(nonce: nonce, numbers: numbers, digest: "")
            output = HandshakeInput.framed(answer.bytes)
            state = .awaitingVerdict(nil)
            return
        }
        guard hello.digests.contains(HandshakeProof.digest) else {
            throw .mismatch(
                hello.digests.isEmpty
                    ? "the listener has no key" : "the listener does not offer \(HandshakeProof.digest)")
        }
        var answer = AnswerMessage(nonce: nonce, numbers: numbers, digest: HandshakeProof.digest)
        let proof = HandshakeProof(
            key, hello: bytes, answer: answer.head, ends: ends.comparable(hello.numbers == numbers))
        answer.proof = proof.ofClient
        output = HandshakeInput.framed(answer.bytes)
        state = .awaitingVerdict(proof)
    }

    private mutating func hear(_ verdict: VerdictMessage, _ proof: HandshakeProof?) throws(HandshakeFailure) {
        guard verdict.isWelcome else { throw .refused }
        var seals: FrameSeals?
        if let proof {
            guard ConstantTime.areEqual(proof.ofListener, verdict.proof) else { throw .wrongProof }
            if ends.isNetwork {
                seals = FrameSeals(sending: proof.clientKey, receiving: proof.listenerKey)
            }
        }
        state = .over
        agreement = HandshakeAgreement(seals: seals)
    }
}
