import Glibc
import MultiprocessingCore
import Synchronization
import Testing

private struct Shipped<R: Codable & Sendable> { let body: @concurrent @Sendable () async throws -> R }

/// Counts how many of it live.
private final class Counted: Codable, Sendable {
    static let live = Atomic(0)
    let number: Int

    init(number: Int) {
        self.number = number
        Self.live.add(1, ordering: .relaxed)
    }

    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        Self.live.add(1, ordering: .relaxed)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    deinit { Self.live.subtract(1, ordering: .relaxed) }
}

private struct NotDecodable: Error {}

/// Encodes, and then fails to decode.
private struct OneWay: Codable, Sendable {
    var number = 1
    init() {}
    init(from decoder: any Decoder) throws { throw NotDecodable() }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// A handle as the library has them: a descriptor that goes along with the message.
private final class Handle: Codable, Sendable {
    let descriptor: SharedDescriptor

    init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

    init(from decoder: any Decoder) throws {
        let index = try decoder.singleValueContainer().decode(Int.self)
        guard let decoder = decoder as? any AttachingDecoder else { throw NotDecodable() }
        descriptor = try decoder.attachment(at: index)
    }

    func encode(to encoder: any Encoder) throws {
        guard let attaching = encoder as? any AttachingEncoder else { throw NotDecodable() }
        var container = encoder.singleValueContainer()
        try container.encode(attaching.attach(descriptor))
    }
}

/// Takes what it decodes as from the decoder's user info.
private struct Configured: Codable, Sendable {
    static let key = CodingUserInfoKey(rawValue: "configuration")
    var text = "sent"
    init() {}
    init(from decoder: any Decoder) throws {
        guard let key = Self.key, let text = decoder.userInfo[key] as? String else { throw NotDecodable() }
        self.text = text
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

private struct NotEncodable: Codable, Sendable {
    var number = 1
    func encode(to encoder: any Encoder) throws { throw NotDecodable() }
}

private struct Plain: Sendable { var number = 1 }

@Suite(.serialized) struct FunctionTransportTests {
    private func encoded<R: Codable & Sendable>(
        _ body: @escaping @concurrent @Sendable () async throws -> R
    ) throws -> [UInt8] {
        let shipped = Shipped(body: body)
        var writer = ByteWriter()
        var attachments: [SharedDescriptor] = []
        try withExtendedLifetime(shipped) {
            let words = unsafe unsafeBitCast(shipped, to: FunctionWords.self)
            try FunctionTransport.encode(words, into: &writer, attachments: &attachments)
        }
        return writer.bytes
    }

    private func decoded<R>(_ bytes: [UInt8], returning type: R.Type) throws -> Shipped<R> {
        try unsafe bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            let function = try FunctionTransport.decode(from: &reader, trust: .inheritedChannel)
            #expect(reader.isAtEnd)
            let shipped = function.closure(as: Shipped<R>.self)
            return try #require(shipped)
        }
    }

    private func fails(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            do {
                _ = try FunctionTransport.decode(from: &reader, trust: .inheritedChannel)
                return false
            } catch {
                return true
            }
        }
    }

    @Test func capturedValuesAreCopies() async throws {
        let array = [1, 2, 3]
        let text = "text"
        let bytes = try encoded { "\(array) \(text)" }
        #expect(try await decoded(bytes, returning: String.self).body() == "[1, 2, 3] text")
        // The same bytes make as many closures as one likes.
        #expect(try await decoded(bytes, returning: String.self).body() == "[1, 2, 3] text")
    }

    @Test func aStructOfAnotherSizeIsNoClosure() throws {
        let bytes = try encoded { 1 }
        try unsafe bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            let function = try FunctionTransport.decode(from: &reader, trust: .inheritedChannel)
            let number = function.closure(as: Int.self)
            #expect(number == nil)
        }
    }

    @Test func contextsEndWithTheirClosures() async throws {
        do {
            let object = Counted(number: 4)
            let list = [object, object]
            let number = 5
            let inner: @Sendable () -> Int = { object.number + number }
            let shapes = [
                try encoded { object.number }, try encoded { object.number + number },
                try encoded { list.map(\.number).reduce(0, +) },
                try encoded { inner() + list.count + number },
            ]
            for (bytes, result) in zip(shapes, [4, 9, 8, 16]) {
                for _ in 0..<10 {
                    #expect(try await decoded(bytes, returning: Int.self).body() == result)
                }
            }
            #expect(Counted.live.load(ordering: .relaxed) == 1)
        }
        #expect(Counted.live.load(ordering: .relaxed) == 0)
    }

    @Test func aDecodedFunctionThatIsNeverUsedIsReleased() throws {
        do {
            let object = Counted(number: 4)
            let number = 5
            #expect(!fails(try encoded { object.number + number }))
        }
        #expect(Counted.live.load(ordering: .relaxed) == 0)
    }

    @Test func decodingThatFailsHalfWayLeavesNothing() throws {
        do {
            let object = Counted(number: 4)
            let list = [object]
            let last = OneWay()
            let inner: @Sendable () -> Int = { object.number + list.count }
            let bytes = try encoded { object.number + list.count + inner() + last.number }
            for _ in 0..<10 { #expect(fails(bytes)) }
            let lone = [last]
            #expect(fails(try encoded { lone.count }))
        }
        #expect(Counted.live.load(ordering: .relaxed) == 0)
    }

    @Test func aRefusalWritesNothing() throws {
        let first = "first"
        let plain = Plain()
        let shipped = Shipped { first.count + plain.number }
        var writer = ByteWriter()
        writer.append(UInt8(7))
        var attachments: [SharedDescriptor] = []
        let words = unsafe unsafeBitCast(shipped, to: FunctionWords.self)
        let refusal = #expect(throws: FunctionRefusal.self) {
            try FunctionTransport.encode(words, into: &writer, attachments: &attachments)
        }
        #expect(writer.bytes == [7])
        #expect(refusal == .notCodable(typeName: String(reflecting: Plain.self)))
        #expect(refusal?.description.contains("pool.apply(path) { path in … }") == true)
        withExtendedLifetime(shipped) {}
    }

    @Test func whatEncodingThrowsIsThrown() {
        let value = NotEncodable()
        #expect(throws: NotDecodable.self) {
            try encoded {
                _ = String(describing: value)
                return 1
            }
        }
    }

    @Test func descriptorsOfCapturedHandlesGoAlong() async throws {
        let number: Int32 = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let handle = Handle(SharedDescriptor(Descriptor(adopting: number)))
        let text = "x"
        for shipped in [
            Shipped { handle.descriptor.raw }, Shipped { handle.descriptor.raw + Int32(text.count) - 1 },
        ] {
            var writer = ByteWriter()
            // One that something else in the message attached before.
            var attachments = [SharedDescriptor(try handle.descriptor.descriptor.duplicated())]
            try withExtendedLifetime(shipped) {
                let words = unsafe unsafeBitCast(shipped, to: FunctionWords.self)
                try FunctionTransport.encode(words, into: &writer, attachments: &attachments)
            }
            #expect(attachments.count == 2)
            let decoded = try unsafe writer.bytes.withUnsafeBytes { raw in
                var reader = unsafe ByteReader(raw)
                let function = try FunctionTransport.decode(
                    from: &reader, attachments: attachments, trust: .inheritedChannel)
                return function.closure(as: Shipped<Int32>.self)
            }
            #expect(try await decoded?.body() == number)
            #expect(fails(writer.bytes), "without the descriptor there is no handle")
        }
    }

    @Test func theDecoderOfCapturedValuesIsChosenByTheCaller() async throws {
        let value = Configured()
        let number = 1
        let bytes = try encoded { "\(value.text) \(number)" }
        #expect(fails(bytes))
        let shipped = try unsafe bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            let key = try #require(Configured.key)
            let function = try FunctionTransport.decode(
                from: &reader, trust: .inheritedChannel, with: BinaryDecoder(userInfo: [key: "chosen"]))
            return function.closure(as: Shipped<String>.self)
        }
        #expect(try await shipped?.body() == "chosen 1")
    }

    @Test func generatedCodeIsRefused() {
        // No code lies on the heap.
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
        defer { words.deallocate() }
        let function = FunctionWords(code: UInt(bitPattern: words), context: 0)
        var writer = ByteWriter()
        var attachments: [SharedDescriptor] = []
        #expect(throws: FunctionRefusal.generatedCode) {
            try FunctionTransport.encode(function, into: &writer, attachments: &attachments)
        }
    }

    @Test func genericHelpersSendWhatTheyCapture() async throws {
        struct Local: Codable, Equatable, Sendable { var number: Int }
        func send<Value: Codable & Equatable & Sendable>(_ value: Value) async throws {
            let list = [value]
            #expect(
                try await decoded(encoded { list + [value] }, returning: [Value].self).body() == [
                    value, value,
                ])
        }
        try await send(3)
        try await send("text")
        try await send([Local(number: 3)])
    }

    /// Messages of every kind of context.
    private func messages(_ object: Counted) throws -> [[UInt8]] {
        struct Local: Codable, Hashable, Sendable { var number = 1 }
        let text = "text"
        let numbers = [1, 2]
        let locals = [[Local(): [Local()]]]
        let objects = [object, object]
        let inner: @Sendable () -> Int = { object.number + numbers.count }
        func generic<Value: Codable & Hashable & Sendable>(_ value: Value) throws -> [UInt8] {
            let list = [value]
            return try encoded { list.count + text.count }
        }
        return [
            try encoded { 1 }, try encoded { object.number }, try encoded { numbers.count },
            try encoded { locals.count }, try encoded { objects.count }, try encoded { inner() + text.count },
            try generic(5), try generic(Local()),
        ]
    }

    @Test func bytesThatEndEarlyAreErrors() throws {
        for bytes in try messages(Counted(number: 4)) {
            for count in bytes.indices { #expect(fails(Array(bytes[..<count]))) }
        }
        #expect(Counted.live.load(ordering: .relaxed) == 0)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func damagedBytesAreErrorsOrOtherValues(seed: UInt64)
        throws
    {
        let messages = try messages(Counted(number: 4))
        var state = seed
        // SplitMix64, so that a failure can be repeated.
        func random(below limit: Int) -> Int {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
            return Int((word ^ word >> 31) % UInt64(limit))
        }
        for _ in 0..<1000 {
            var bytes = messages[random(below: messages.count)]
            for _ in 0...random(below: 3) { bytes[random(below: bytes.count)] = UInt8(random(below: 256)) }
            // What was damaged may be a captured number, so that not every one fails; none may stop the process.
            _ = fails(bytes)
        }
        #expect(Counted.live.load(ordering: .relaxed) == 0)
    }

    @Test func everyDamagedCodeReferenceIsAnError() throws {
        let bytes = try encoded { 1 }
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(fails(damaged), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func anotherBuildIsAnError() throws {
        var bytes = try encoded { 1 }
        // Kind, which image, then the image's identity.
        bytes[4] ^= 0xff
        unsafe bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            do {
                _ = try FunctionTransport.decode(from: &reader, trust: .inheritedChannel)
                Issue.record("decoded")
            } catch {
                #expect(error as? CodeReferenceError == .imageFromOtherBuild("of the program"))
            }
        }
    }
}
