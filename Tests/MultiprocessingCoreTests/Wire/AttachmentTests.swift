import Glibc
import MultiprocessingCore
import Testing

@Suite struct AttachmentTests {
    /// What every handle of the library does: it is its descriptors and nothing else.
    private struct Handle: Codable {
        var descriptor: SharedDescriptor

        init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

        init(from decoder: any Decoder) throws {
            let index = try decoder.singleValueContainer().decode(Int.self)
            guard let decoder = decoder as? any AttachingDecoder else {
                throw WireError.malformed("no descriptors")
            }
            descriptor = try decoder.attachment(at: index)
        }

        func encode(to encoder: any Encoder) throws {
            guard let attaching = encoder as? any AttachingEncoder else {
                throw WireError.malformed("no descriptors")
            }
            var container = encoder.singleValueContainer()
            try container.encode(try attaching.attach(descriptor))
        }
    }

    private struct Pair: Codable {
        var left: Handle
        var right: Handle?
        var more: [String: Handle] = [:]
    }

    private func makeDescriptor() throws -> SharedDescriptor {
        let raw = dup(0)
        try #require(raw >= 0)
        return SharedDescriptor(Descriptor(adopting: raw))
    }

    @Test func descriptorsTravelBesideTheBytes() throws {
        let (one, two, three) = (try makeDescriptor(), try makeDescriptor(), try makeDescriptor())
        var writer = ByteWriter()
        var attachments = [three]
        let pair = Pair(
            left: Handle(one), right: Handle(two), more: ["one": Handle(one), "three": Handle(three)])
        try BinaryEncoder().encode(pair, into: &writer, attachments: &attachments)
        #expect(attachments.count == 3, "a descriptor that is used twice is sent once")
        let copy = try unsafe writer.bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            return try BinaryDecoder().decode(Pair.self, from: &reader, attachments: attachments)
        }
        #expect(copy.left.descriptor === one)
        #expect(copy.right?.descriptor === two)
        #expect(copy.more["one"]?.descriptor === one)
        #expect(copy.more["three"]?.descriptor === three)
    }

    @Test func aDescriptorThatDidNotComeIsAnError() throws {
        for index in [0, -1, 1, .max, .min] {
            let bytes = try encoded(index)
            #expect(throws: WireError.self) { try decoded(Handle.self, from: bytes) }
        }
    }

    @Test func oneMessageCarriesSoManyDescriptors() throws {
        var handles: [Handle] = []
        for _ in 0..<253 { handles.append(Handle(try makeDescriptor())) }
        var writer = ByteWriter()
        var attachments: [SharedDescriptor] = []
        try BinaryEncoder().encode(handles, into: &writer, attachments: &attachments)
        #expect(attachments.count == 253)
        let size = writer.count
        let another = Handle(try makeDescriptor())
        #expect(throws: WireError.tooLarge("more than 253 file descriptors in one message")) {
            try BinaryEncoder().encode([another], into: &writer, attachments: &attachments)
        }
        #expect(attachments.count == 253)
        #expect(writer.count == size)
    }

    @Test func withoutAPlaceForDescriptorsThereAreNone() throws {
        let handle = Handle(try makeDescriptor())
        var writer = ByteWriter()
        #expect(throws: WireError.self) { try BinaryEncoder().encode(handle, into: &writer) }
        #expect(writer.count == 0)
    }

    @Test func aValueThatFailsTakesItsDescriptorsBack() throws {
        struct Failing: Encodable {
            var handle: Handle
            func encode(to encoder: any Encoder) throws {
                try handle.encode(to: encoder)
                throw WireError.malformed("on purpose")
            }
        }
        struct Forgiving: Encodable {
            var inner: Failing
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                #expect(throws: WireError.self) { try container.encode(inner) }
            }
        }
        var writer = ByteWriter()
        var attachments: [SharedDescriptor] = []
        let failing = Failing(handle: Handle(try makeDescriptor()))
        try BinaryEncoder().encode(Forgiving(inner: failing), into: &writer, attachments: &attachments)
        #expect(attachments.isEmpty)
    }
}
