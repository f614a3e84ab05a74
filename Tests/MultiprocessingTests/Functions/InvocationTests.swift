import MultiprocessingCore
import Synchronization
import Testing

@testable import Multiprocessing

/// Counts its living instances.
private final class Tracked: Codable, Sendable {
    static let living = Atomic<Int>(0)
    let number: Int

    init(_ number: Int) {
        self.number = number
        Tracked.living.add(1, ordering: .relaxed)
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer().decode(Int.self)
        if value < 0 { throw Plain(text: "negative") }
        number = value
        Tracked.living.add(1, ordering: .relaxed)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    deinit {
        Tracked.living.subtract(1, ordering: .relaxed)
    }
}

/// Sends bodies to this process itself.
@Suite(.serialized) struct InvocationTests {
    private func encoded<Body: PortableBody>(_ body: Body) throws -> [UInt8] where Body.Context == Nothing {
        var writer = MessageWriter()
        try InvocationCoder.encode(body, context: Nothing(), into: &writer)
        return writer.bytes.bytes
    }

    private func decode(_ bytes: [UInt8]) throws -> any Invocation {
        try bytes.withUnsafeBytes { raw in
            var reader = MessageReader(ByteReader(raw), attachments: [])
            return try InvocationCoder.decode(from: &reader)
        }
    }

    @Test func whatAClosureCapturedLivesAsLongAsTheClosure() throws {
        let before = Tracked.living.load(ordering: .relaxed)
        do {
            let object = Tracked(1)
            let other = Tracked(2)
            let number = 5
            let inner = { @Sendable in other.number + number }
            let alone = try encoded(Body0<Int> { object.number })
            let nested = try encoded(Body0<Int> { inner() + object.number + number })
            for _ in 0..<3 {
                _ = try decode(alone)
                _ = try decode(nested)
            }
        }
        #expect(Tracked.living.load(ordering: .relaxed) == before)
    }

    @Test func aFailureHalfWayLeavesNothing() throws {
        let before = Tracked.living.load(ordering: .relaxed)
        do {
            let good = Tracked(1)
            let bad = Tracked(-1)
            let number = 5
            let inner = { @Sendable in good.number + number }
            let bytes = try encoded(Body0<Int> { inner() + good.number + bad.number })
            #expect(throws: Plain.self) { try decode(bytes) }
        }
        #expect(Tracked.living.load(ordering: .relaxed) == before)
    }

    @Test func truncatedBytesAreErrors() throws {
        let text = "captured"
        let number = 3
        let bytes = try encoded(Body0<Int> { text.count + number })
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) { try decode(Array(bytes[..<count])) }
        }
        _ = try decode(bytes)
    }
}
