import CMultiprocessing

extension FunctionTransport {
    /// Reads a closure; only from a channel that was inherited, because the bytes choose code.
    ///
    /// - Returns: the words, with a reference to the context that belongs to the caller.
    /// - Throws: a `WireError`, or what the decoding of a captured value throws.
    package static func decode(from reader: inout ByteReader) throws -> FunctionWords {
        try decode(from: &reader, depth: 0)
    }

    static func decode(from reader: inout ByteReader, depth: Int) throws -> FunctionWords {
        guard depth < depthLimit else { throw WireError.tooLarge("closures within closures") }
        let kind = try reader.read(UInt8.self)
        let code = try CodeAddress.decode(from: &reader)
        switch kind {
        case plain:
            return FunctionWords(code: code, context: 0)
        case box:
            return FunctionWords(code: code, context: try decodeBox(from: &reader, depth: depth))
        case single:
            return FunctionWords(code: code, context: try SingleCapture.decode(from: &reader))
        default:
            throw WireError.malformed("a closure of an unknown kind")
        }
    }

    /// Makes a context like the one on the other side, filled with decoded values.
    private static func decodeBox(from reader: inout ByteReader, depth: Int) throws -> UInt {
        let metadata = try CodeAddress.decode(from: &reader)
        guard metadata % 8 == 0,
            unsafe UnsafeRawPointer(bitPattern: metadata)?.load(as: UInt.self) == CaptureBox.kind
        else { throw WireError.malformed("the context of a closure that is none") }
        let box: CaptureBox
        do {
            box = try CaptureBox(metadata: metadata)
        } catch {
            throw WireError.malformed("the context of a closure that cannot travel")
        }
        guard Int(try reader.read(UInt32.self)) == box.captures.count else {
            throw WireError.malformed("a closure with another number of captured values")
        }
        // All values are decoded before there is a context, so that a failure leaves nothing half made.
        var values: [any CapturedContent] = []
        for (capture, _) in box.captures {
            switch (capture, try reader.read(UInt8.self)) {
            case (.function, functionCapture):
                values.append(CapturedFunction(try decode(from: &reader, depth: depth + 1)))
            case (.bits(let size), bitsCapture):
                values.append(CapturedBits(bytes: unsafe Array(try reader.readBytes(size))))
            case (.value(let type as any Codable.Type), valueCapture):
                values.append(try decodeCapture(type, from: &reader))
            default:
                throw WireError.malformed("a captured value of another kind")
            }
        }
        // The same metadata as on the other side, so the context is destroyed by the same code.
        let object = unsafe mp_allocate_object(
            UnsafeRawPointer(address: metadata), box.size, box.alignment - 1)
        for (value, place) in zip(values, box.captures) { unsafe value.move(into: object + place.offset) }
        return UInt(bitPattern: object)
    }
}

/// A captured value on its way into a context.
private protocol CapturedContent {
    /// Initialises the place with the value, which must not be used afterwards.
    func move(into place: UnsafeMutableRawPointer)
}

private struct CapturedValue<T>: CapturedContent {
    let value: T

    func move(into place: UnsafeMutableRawPointer) {
        _ = unsafe place.initializeMemory(as: T.self, to: value)
    }
}

private struct CapturedBits: CapturedContent {
    let bytes: [UInt8]

    func move(into place: UnsafeMutableRawPointer) {
        unsafe bytes.withUnsafeBytes { unsafe place.copyMemory(from: $0.start, byteCount: $0.count) }
    }
}

/// Holds the reference to the closure's own context until it has moved.
private final class CapturedFunction: CapturedContent {
    private let words: FunctionWords
    private var isOwned = true

    init(_ words: FunctionWords) {
        self.words = words
    }

    func move(into place: UnsafeMutableRawPointer) {
        unsafe place.storeBytes(of: words, as: FunctionWords.self)
        isOwned = false
    }

    deinit {
        if isOwned { words.release() }
    }
}

/// Opens the type; a top-level function because local generic ones crash the compiler.
private func decodeCapture<T: Codable>(_ type: T.Type, from reader: inout ByteReader) throws
    -> any CapturedContent
{
    CapturedValue(value: try BinaryDecoder().decode(T.self, from: &reader))
}
