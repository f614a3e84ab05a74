/// The wire form of functions: the place of the code, and what it captured.
///
/// A function is code that is known to both sides, so only the captured values travel. They lie in a context,
/// an object whose layout the compiler wrote down for debuggers; the other side makes such an object again.
package enum FunctionTransport {
    enum ContextKind: UInt8 {
        case none
        case captures
        case loneObject
    }

    /// How deep closures may capture each other; the compiler itself wraps one in up to three others.
    static let depthLimit = 32

    /// Appends the function; the caller keeps its closure alive meanwhile.
    ///
    /// - Parameters:
    ///   - words: The closure's words.
    ///   - writer: Where to append; unchanged if the function is refused.
    ///   - attachments: Gets the descriptors that captured values attach.
    ///   - encoder: Encodes the captured values.
    /// - Throws: `FunctionRefusal` if the function cannot be sent; what encoding a captured value throws.
    package static func encode(
        _ words: FunctionWords, into writer: inout ByteWriter, attachments: inout [SharedDescriptor],
        with encoder: BinaryEncoder = BinaryEncoder()
    ) throws {
        let start = writer.count
        // The bytes are lent and come back: a copy of them would be one of everything written so far.
        var output = CaptureOutput(bytes: ByteWriter(), attachments: attachments, encoder: encoder)
        swap(&output.bytes, &writer)
        defer { swap(&output.bytes, &writer) }
        do {
            try encode(words, into: &output, depth: 0)
            attachments = output.attachments
        } catch {
            output.bytes.truncate(to: start)
            throw error
        }
    }

    /// Reads a function and makes its context.
    ///
    /// That code and context belong together is not written in them: the sender is trusted with it.
    ///
    /// - Parameters:
    ///   - reader: Where the function begins; not moved if reading fails.
    ///   - attachments: The descriptors that came with the message.
    ///   - trust: Where the bytes came from.
    ///   - decoder: Decodes the captured values.
    /// - Returns: The function, to be turned into a closure of the type that was sent.
    /// - Throws: `WireError` or `CodeReferenceError` if the bytes describe no function of this program; what
    ///   decoding a captured value throws.
    package static func decode(
        from reader: inout ByteReader, attachments: [SharedDescriptor] = [], trust: CodeTrust,
        with decoder: BinaryDecoder = BinaryDecoder()
    ) throws -> OwnedFunction {
        var input = CaptureInput(bytes: reader, attachments: attachments, decoder: decoder, trust: trust)
        let words = try decode(from: &input, depth: 0)
        reader = input.bytes
        return OwnedFunction(adopting: words)
    }

    static func encode(_ words: FunctionWords, into output: inout CaptureOutput, depth: Int) throws {
        guard depth < depthLimit else { throw FunctionRefusal.notUnderstood("closures within closures") }
        guard let code = try? CodeAddress(naming: words.code), code.serves(.function) else {
            throw FunctionRefusal.generatedCode
        }
        let context = unsafe UnsafeRawPointer(bitPattern: words.context)
        guard let context = unsafe context else {
            output.bytes.append(ContextKind.none.rawValue)
            code.encode(as: .function, into: &output.bytes)
            return
        }
        // Every object begins with its metadata.
        let isLone =
            unsafe MetadataRecord(at: context.load(as: UnsafeRawPointer.self)).kind != .closureContext
        output.bytes.append((isLone ? ContextKind.loneObject : .captures).rawValue)
        code.encode(as: .function, into: &output.bytes)
        if isLone {
            try unsafe LoneObject.encode(context, into: &output)
        } else {
            try unsafe ContextCoder.encode(context, into: &output, depth: depth)
        }
    }

    /// The words of the function; the caller owns the context.
    static func decode(from input: inout CaptureInput, depth: Int) throws -> FunctionWords {
        guard depth < depthLimit else { throw WireError.tooLarge("closures within closures") }
        guard let kind = ContextKind(rawValue: try input.bytes.read(UInt8.self)) else {
            throw WireError.malformed("a function of an unknown kind")
        }
        let code = try CodeAddress.decode(as: .function, from: &input.bytes, trust: input.trust).address
        let context =
            switch kind {
            case .none: UInt(0)
            case .loneObject: try LoneObject.decode(from: &input)
            case .captures: try ContextCoder.decode(from: &input, depth: depth)
            }
        return FunctionWords(code: code, context: context)
    }
}
