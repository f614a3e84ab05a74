import Testing

@testable import MultiprocessingCore

/// What was said between a side of ours and a CPython, recorded from CPython's own code with a known key.
@Suite struct CPythonTranscriptTests {
    /// One line of a conversation, in hexadecimal and without its length.
    enum Line: Sendable {
        case heard(String)
        case said(String)
    }

    private static let challenge = "234348414c4c454e474523"
    private static let welcome = "2357454c434f4d4523"
    private static let named = "7b7368613235367d"
    private static let random = "000102030405060708090a0b0c0d0e0f1011121314151617"
    private static let ofListener = challenge + named + random + "a703106299c5b4196b6038a758fe7678"
    private static let ofClient = challenge + named + random + "b5d76b1e5e478426a49c812ddb34e89e"

    /// A client of CPython 3.12.1, and of 3.13.0, at our listener.
    private static let listener: [Line] = [
        .said(ofListener),
        .heard(named + "98e3325c4acd98aaacbd6e086ed79d049ea26d9364d31040ad707bb4515698dc"),
        .said(welcome),
        .heard(
            challenge + named + "0d141b222930373e454c535a61686f767d848b92"
                + "99a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e"),
        .said(named + "5215c7c6f7f5e53473929e9f9805e7969fe99db6d16a185ca152b0fdb1ef2255"),
        .heard(welcome),
    ]

    /// A listener of theirs, and our client.
    private static let client: [Line] = [
        .heard(
            challenge + named + "4e555c636a71787f868d949ba2a9b0b7bec5ccd3"
                + "dae1e8eff6fd040b121920272e353c434a51585f"),
        .said(named + "a4a864f9ce4478cd125d99b7ed1cc79f7d2aae953b04109f2b1fb7193033fb40"),
        .heard(welcome),
        .said(ofClient),
        .heard(named + "cc719793aa97728107cb6ba3e07c5a0b1d3dfbd803d38a50eb6f724f56e6abbc"),
        .said(welcome),
    ]

    /// A client of CPython 3.11.7 at our listener.
    private static let oldListener: [Line] = [
        .said(ofListener),
        .heard("4fe4ebb2faf8fd31a06c72f2890da3f9"),
        .said(welcome),
        .heard(challenge + "0d141b222930373e454c535a61686f767d848b92"),
        .said("3c54fe96abff861d636b85c4d35e2bc2"),
        .heard(welcome),
    ]

    /// A listener of CPython 3.11.7, and our client.
    private static let oldClient: [Line] = [
        .heard(challenge + "4e555c636a71787f868d949ba2a9b0b7bec5ccd3"),
        .said("40a715cf68cedbcf20e70a7837bd3768"),
        .heard(welcome),
        .said(ofClient),
        .heard("a1c59c6dc011ae5176356831d1e33d95"),
        .said(welcome),
    ]

    private func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private func frame(_ text: String) -> [UInt8] {
        let message = bytes(text)
        return [0, 0, 0, UInt8(message.count)] + message
    }

    private func machine(_ role: CPythonHandshake.Role, _ digest: CPythonDigest) throws -> CPythonHandshake {
        let key = Array("secret password".utf8)
        let secret = try SecretBytes(count: key.count) { $0.copyBytes(from: key) }
        return CPythonHandshake(role, key: secret, digest: digest, random: Array(0..<24))
    }

    /// Goes through a conversation, hearing it in pieces of so many bytes.
    private func play(_ lines: [Line], _ machine: CPythonHandshake, by size: Int) throws {
        var machine = machine
        for line in lines {
            switch line {
            case .said(let text):
                #expect(hex(machine.takeOutput()) == hex(frame(text)))
            case .heard(let text):
                #expect(machine.agreement == nil)
                var rest = frame(text)[...]
                while !rest.isEmpty {
                    let piece = rest.prefix(min(size, machine.wanted))
                    try #require(!piece.isEmpty)
                    try machine.receive(piece)
                    rest = rest.dropFirst(piece.count)
                }
            }
        }
        #expect(machine.agreement != nil)
        #expect(machine.wanted == 0)
        #expect(machine.takeOutput().isEmpty)
    }

    @Test("AUT-01: conversations with CPython 3.12 and 3.13", arguments: [1, 3, 1000])
    func sha256(size: Int) throws {
        for digest in [CPythonDigest.sha256, .insecureMD5] {
            try play(Self.listener, machine(.listener, digest), by: size)
            try play(Self.client, machine(.client, digest), by: size)
        }
    }

    @Test("AUT-01: conversations with CPython 3.11, where MD5 was asked for", arguments: [1, 3, 1000])
    func md5(size: Int) throws {
        try play(Self.oldListener, machine(.listener, .insecureMD5), by: size)
        try play(Self.oldClient, machine(.client, .insecureMD5), by: size)
    }

    @Test("AUT-10: MD5 is refused where nobody asked for it")
    func noMD5() throws {
        for (lines, role) in [(Self.oldListener, CPythonHandshake.Role.listener), (Self.oldClient, .client)] {
            var machine = try machine(role, .sha256)
            _ = machine.takeOutput()
            let heard = lines.compactMap { if case .heard(let text) = $0 { frame(text) } else { nil } }[0]
            try machine.receive(heard[..<4])
            let failure = #expect(throws: HandshakeFailure.self) { try machine.receive(heard[4...]) }
            #expect(failure?.isAboutAuthentication == true)
            #expect(String(describing: failure).contains("MD5"))
            #expect(hex(machine.takeOutput()) == hex(frame("234641494c55524523")))
        }
    }
}
