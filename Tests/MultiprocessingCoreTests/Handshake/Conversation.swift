import TestSupport

@testable import MultiprocessingCore

/// Two sides of a handshake that are joined by nothing but this test.
struct Conversation {
    var listener: ListenerHandshake
    var client: ClientHandshake
    /// What each side has sent, message by message.
    var fromListener: [[UInt8]] = []
    var fromClient: [[UInt8]] = []
    var listenerFailure: HandshakeFailure?
    var clientFailure: HandshakeFailure?

    static let user: UInt32 = 1000
    static let local = HandshakeEnds.local(
        listener: PeerCredentials(processID: 10, userID: user, groupID: 1),
        client: PeerCredentials(processID: 20, userID: user, groupID: 1), areComparable: true)

    static func key(_ byte: UInt8 = 7, count: Int = 32) throws -> SecretBytes {
        try SecretBytes(count: count) { buffer in
            for index in buffer.indices { buffer[index] = byte }
        }
    }

    static func listener(
        _ key: SecretBytes?, purpose: String = "listener", ends: HandshakeEnds = .network, numbers: UInt64 = 1
    ) -> ListenerHandshake {
        ListenerHandshake(
            key: key, purpose: purpose, ends: ends, numbers: numbers, nonce: HandshakeNonce.make())
    }

    static func client(
        _ key: SecretBytes?, purpose: String = "listener", ends: HandshakeEnds = .network, numbers: UInt64 = 1
    ) -> ClientHandshake {
        ClientHandshake(
            key: key, purpose: purpose, ends: ends, numbers: numbers, nonce: HandshakeNonce.make())
    }

    init(_ listener: ListenerHandshake, _ client: ClientHandshake) {
        self.listener = listener
        self.client = client
    }

    /// Carries messages until nobody has one any more, each changed by `change`, in pieces of so many bytes.
    mutating func run(
        piece: Int = 10_000, change: (_ message: [UInt8], _ number: Int) -> [UInt8] = { bytes, _ in bytes }
    ) {
        while true {
            let hello = listener.takeOutput()
            if !hello.isEmpty {
                fromListener.append(hello)
                let bytes = change(hello, fromListener.count + fromClient.count)
                clientFailure = clientFailure ?? client.feed(bytes, piece)
            }
            let answer = client.takeOutput()
            if !answer.isEmpty {
                fromClient.append(answer)
                let bytes = change(answer, fromListener.count + fromClient.count)
                listenerFailure = listenerFailure ?? listener.feed(bytes, piece)
            }
            if hello.isEmpty, answer.isEmpty { return }
        }
    }

    var agreed: Bool { listener.agreement != nil && client.agreement != nil }
    var isNobodyIn: Bool { listener.agreement == nil && client.agreement == nil }
}

extension HandshakeMachine {
    /// Feeds the machine as a socket would: never more than it wants.
    mutating func feed(_ bytes: [UInt8], _ piece: Int = 10_000) -> HandshakeFailure? {
        var rest = bytes[...]
        do throws(HandshakeFailure) {
            while !rest.isEmpty {
                let count = min(piece, wanted, rest.count)
                // Nothing is read any more.
                if count == 0 { return nil }
                try receive(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            return nil
        } catch {
            return error
        }
    }
}

extension HandshakeFailure {
    /// Whether it is about who the other side is, and not about what it speaks.
    var isAboutAuthentication: Bool {
        switch self {
        case .mismatch, .wrongProof, .refused, .foreignUser: true
        case .malformed, .version, .ended, .system: false
        }
    }
}
