import TestSupport
import Testing

@testable import MultiprocessingCore

@Suite struct StartMessageTests {
    private let identity: BuildIdentity
    private let bytes: [UInt8]

    init() throws {
        identity = BuildIdentity.current
        bytes = try StartMessage(role: ExitRole.self, parentID: 42, payload: [1, 2, 3]).encoded(
            identity: identity)
    }

    @Test func whatWasSaidIsHeard() throws {
        let message = try StartMessage(decoding: bytes, identity: identity)
        #expect(ObjectIdentifier(message.role) == ObjectIdentifier(ExitRole.self))
        #expect(message.parentID == 42)
        #expect(message.payload == [1, 2, 3])
    }

    /// The identity lies behind the version's four bytes.
    @Test(arguments: 4..<(4 + MemoryLayout<BuildIdentity>.size))
    func anyOtherBuildIsRefused(place: Int) throws {
        var other = bytes
        other[place] ^= 1
        let refusal = #expect(throws: StartMessage.Refusal.self) {
            try StartMessage(decoding: other, identity: identity)
        }
        let isExpected = if case .otherBuild = refusal { true } else { false }
        #expect(isExpected)
    }

    @Test func anotherVersionIsRefused() throws {
        var other = bytes
        other[0] += 1
        let refusal = #expect(throws: StartMessage.Refusal.self) {
            try StartMessage(decoding: other, identity: identity)
        }
        let isExpected = if case .otherVersion(StartMessage.wireVersion + 1) = refusal { true } else { false }
        #expect(isExpected)
    }

    @Test func aTypeThatIsNoRoleIsRefused() throws {
        var writer = ByteWriter()
        writer.append(StartMessage.wireVersion)
        writer.append(identity)
        writer.append(Int32(1))
        writer.append(string: "Si")
        writer.append(UInt64(0))
        let refusal = #expect(throws: StartMessage.Refusal.self) {
            try StartMessage(decoding: writer.bytes, identity: identity)
        }
        let isExpected = if case .unknownRole = refusal { true } else { false }
        #expect(isExpected)
    }

    @Test func aMessageThatIsCutOffIsAnError() {
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) {
                try StartMessage(decoding: Array(bytes.prefix(count)), identity: identity)
            }
        }
    }
}
