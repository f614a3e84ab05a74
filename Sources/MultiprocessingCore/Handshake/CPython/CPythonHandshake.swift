/// One side of what CPython's listeners and clients say to each other: each proves that it has the key, the client
/// first.
///
/// It proves less than the library's own handshake: nothing is bound to the connection, so whoever sits between two
/// sides can pass their messages on and has an authenticated connection then. Without a key nothing is said at all.
package struct CPythonHandshake: HandshakeMachine {
    package enum Role: String, Sendable {
        case listener, client
    }

    private enum State {
        case awaitingAnswer
        case awaitingChallenge
        case awaitingWelcome
        case over
    }

    private static let challenge = Array("#CHALLENGE#".utf8)
    private static let welcome = Array("#WELCOME#".utf8)
    private static let failure = Array("#FAILURE#".utf8)

    /// How many random bytes a side needs.
    package static let randomLength = CPythonChallenge.randomLength

    private let role: Role
    private let key: SecretBytes?
    private let digest: CPythonDigest
    private let ours: CPythonChallenge?
    private var state = State.over
    private var input = CPythonFrameInput()
    private var output: [UInt8] = []
    package private(set) var agreement: HandshakeAgreement?

    /// - Parameters:
    ///   - role: which side this is.
    ///   - key: what the other side has to have; nil for sides that say nothing.
    ///   - digest: what counts as a proof.
    ///   - random: 24 bytes that were never used before.
    package init(_ role: Role, key: SecretBytes?, digest: CPythonDigest, random: [UInt8]) {
        self.role = role
        self.key = key
        self.digest = digest
        guard let key else {
            ours = nil
            agreement = HandshakeAgreement()
            return
        }
        ours = CPythonChallenge(of: role, random: random, key)
        switch role {
        case .listener: ask()
        case .client: state = .awaitingChallenge
        }
    }

    package mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    package var wanted: Int {
        if case .over = state { 0 } else { input.wanted }
    }

    package mutating func receive(_ bytes: ArraySlice<UInt8>) throws(HandshakeFailure) {
        guard wanted > 0, let key else { throw .malformed("bytes behind the end of a handshake") }
        do throws(HandshakeFailure) {
            guard let message = try input.append(bytes) else { return }
            guard message != Self.failure else { throw .refused }
            try hear(message, key)
        } catch {
            state = .over
            // Wherever it went wrong, CPython takes this as a failure of the authentication.
            output = error == .refused ? [] : CPythonFrameInput.framed(Self.failure)
            throw error
        }
    }

    private mutating func hear(_ message: [UInt8], _ key: SecretBytes) throws(HandshakeFailure) {
        switch state {
        case .awaitingAnswer:
            try digest.check(message, to: ours?.bytes ?? [], key)
            output = CPythonFrameInput.framed(Self.welcome)
            if role == .listener { state = .awaitingChallenge } else { finish() }
        case .awaitingChallenge:
            guard message.starts(with: Self.challenge) else { throw .malformed("no challenge") }
            let theirs = Array(message.dropFirst(Self.challenge.count))
            guard !CPythonChallenge.isFromEqual(theirs, role, key) else {
                throw .malformed("the challenge of another \(role.rawValue), passed on")
            }
            output = CPythonFrameInput.framed(try digest.answer(to: theirs, key))
            state = .awaitingWelcome
        case .awaitingWelcome:
            guard message == Self.welcome else { throw .mismatch("the answer to the proof is no welcome") }
            if role == .client { ask() } else { finish() }
        case .over: break
        }
    }

    private mutating func ask() {
        output = CPythonFrameInput.framed(Self.challenge + (ours?.bytes ?? []))
        state = .awaitingAnswer
    }

    private mutating func finish() {
        state = .over
        agreement = HandshakeAgreement()
    }
}
