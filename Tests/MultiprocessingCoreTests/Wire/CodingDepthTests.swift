import Dispatch
import MultiprocessingCore
import Synchronization
import Testing

/// The limits keep deep values from ending the stack, also on a small one and in a debug build.
@Suite struct CodingDepthTests {
    @Test("SFR-10: deep values are errors on every stack", arguments: [512 << 10, 8 << 20])
    func deepValuesAreErrorsOnEveryStack(stackSize: Int) throws {
        try onThread(stackSize: stackSize) { () throws in
            for depth in [1, 10, 127] {
                #expect(try roundTrip(Link(depth: depth)).depth == depth)
                #expect(try roundTrip(Chain(depth: depth)).depth == depth)
            }
            #expect(try roundTrip(Turtles(depth: 60)).depth == 60)
            #expect(try roundTrip(Branch(depth: 60)).depth == 60)
            for depth in [129, 1000, 20_000] {
                #expect(throws: EncodingError.self) { try encoded(Link(depth: depth)) }
                #expect(throws: EncodingError.self) { try encoded(Chain(depth: depth)) }
                #expect(throws: EncodingError.self) { try encoded(Branch(depth: depth)) }
                #expect(throws: EncodingError.self) { try encoded(Turtles(depth: min(depth, 1000))) }
            }
        }
    }

    @Test func theDecoderHasItsOwnLimit() throws {
        var writer = ByteWriter()
        try BinaryEncoder(depthLimit: 400).encode(Link(depth: 390), into: &writer)
        try unsafe writer.bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            #expect(throws: WireError.self) { try BinaryDecoder().decode(Link.self, from: &reader) }
            let limits = DecodingLimits(depth: 400)
            let link = try BinaryDecoder(limits: limits).decode(Link.self, from: &reader)
            #expect(link.depth == 390)
        }
    }

    @Test func aTypeThatReadsItselfForEverIsAnError() throws {
        struct Endless: Decodable {
            init(from decoder: any Decoder) throws {
                self = try decoder.singleValueContainer().decode(Endless.self)
            }
        }
        let bytes = try encoded(1)
        #expect(throws: WireError.self) { try decoded(Endless.self, from: bytes) }
    }

    /// Runs a body on a thread of its own and gives its error.
    private func onThread(stackSize: Int, _ body: @escaping @Sendable () throws -> Void) throws {
        let outcome = Outcome()
        try OSThread.start(named: "mp-test", stackBytes: stackSize) {
            do { try body() } catch { outcome.error.withLock { $0 = error } }
            outcome.end.signal()
        }
        outcome.end.wait()
        if let error = outcome.error.withLock({ $0 }) { throw error }
    }
}

private final class Outcome: Sendable {
    let end = DispatchSemaphore(value: 0)
    let error = Mutex<(any Error)?>(nil)
}

/// As many values inside each other as it says; made while it is encoded, so that only the coder recurses.
private struct Link: Codable {
    var depth: Int

    enum CodingKeys: CodingKey { case next }

    init(depth: Int) { self.depth = depth }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        depth = 1 + (try container.decodeIfPresent(Link.self, forKey: .next)?.depth ?? 0)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if depth > 1 { try container.encode(Link(depth: depth - 1), forKey: .next) }
    }
}

/// A value inside a value by way of encoders for superclasses, which have no way to fail at once.
private struct Chain: Codable {
    var depth: Int

    init(depth: Int) { self.depth = depth }

    init(from decoder: any Decoder) throws {
        depth = 0
        var decoder = decoder
        while true {
            depth += 1
            var container = try decoder.unkeyedContainer()
            if container.isAtEnd { break }
            decoder = try container.superDecoder()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var encoder = encoder
        for _ in 1..<depth {
            var container = encoder.unkeyedContainer()
            encoder = container.superEncoder()
        }
        _ = encoder.unkeyedContainer()
    }
}

/// A tree as an array of trees, two levels for each.
private struct Branch: Codable {
    var branches: [Branch]

    init(depth: Int) {
        self.init(branches: [])
        for _ in 1..<min(depth, 500) { self = Branch(branches: [self]) }
    }

    private init(branches: [Branch]) { self.branches = branches }

    var depth: Int { 1 + (branches.first?.depth ?? 0) }
}

/// A list of enums: each level is a value and the nested container of its case.
private indirect enum Turtles: Codable {
    case ground
    case turtle(Turtles)

    init(depth: Int) {
        self = .ground
        for _ in 1..<depth { self = .turtle(self) }
    }

    var depth: Int {
        switch self {
        case .ground: 1
        case .turtle(let below): 1 + below.depth
        }
    }
}
