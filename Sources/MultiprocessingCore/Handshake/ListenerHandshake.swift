/// The listener's side: greets, checks the client's proof, and proves itself only then.
package struct ListenerHandshake: HandshakeMachine {
    private let key: SecretBytes?
    private let ends: HandshakeEnds
    private let hello: HelloMessage
    private let helloBytes: [UInt8]
    private var input = HandshakeInput()
    private var output: [UInt8]
    private var isOver = false
    package private(set) var agreement: HandshakeAgreement?

    /// - Parameters:
    ///   - key: what the client has to have; nil lets everyone in whom the kernel lets in.
    ///   - purpose: what the connection is for.
    ///   - ends: what the kernel says of both ends.
    ///   - numbers: what tells this process's view of process numbers from others.
    ///   - nonce: 32 bytes that were never used before.
    package init(
        key: SecretBytes?, purpose: String, ends: HandshakeEnds, numbers: UInt64, nonce: [UInt8]
    ) {
        self.key = key
        self.ends = ends
        hello = HelloMessage(
            purpose: purpose, nonce: nonce, numbers: numbers,
            digests: key == nil ? [] : [HandshakeProof.digest])
        helloBytes = hello.bytes
        output = HandshakeInput.framed(helloBytes)
    }

    package mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    package var wanted: Int { isOver ? 0 : input.wanted() }

    package mutating func receive(_ bytes: ArraySlice<UInt8>) throws(HandshakeFailure) {
        guard !isOver else { throw .malformed("bytes behind the end of a handshake") }
        do throws(HandshakeFailure) {
            guard let message = try input.append(bytes) else { return }
            try answer(try AnswerMessage(message))
        } catch {
            isOver = true
            output = HandshakeInput.framed(VerdictMessage.failure.bytes)
            throw error
        }
    }

    private mutating func answer(_ answer: AnswerMessage) throws(HandshakeFailure) {
        guard let key else {
            guard answer.digest.isEmpty else {
                throw .mismatch("the client wants to prove that it has a key, and this listener has none")
            }
            welcome([UInt8](repeating: 0, count: HandshakeProof.length), seals: nil)
            return
        }
        guard answer.digest == HandshakeProof.digest else {
            throw .mismatch(
                answer.digest.isEmpty ? "the client has no key" : "the client chose what was not offered")
        }
        let proof = HandshakeProof(
            key, hello: helloBytes, answer: answer.head,
            ends: ends.comparable(answer.numbers == hello.numbers))
        guard ConstantTime.areEqual(proof.ofClient, answer.proof) else { throw .wrongProof }
        let seals =
            ends.isNetwork ? FrameSeals(sending: proof.listenerKey, receiving: proof.clientKey) : nil
        welcome(proof.ofListener, seals: seals)
    }

    private mutating func welcome(_ proof: [UInt8], seals: FrameSeals?) {
        isOver = true
        output = HandshakeInput.framed(VerdictMessage(isWelcome: true, proof: proof).bytes)
        agreement = HandshakeAgreement(seals: seals)
    }
}
