import MultiprocessingCore

/// A body and its context, as a worker holds them: what it runs for each item of a chunk.
protocol Invocation: Sendable {
    /// Runs the items that the chunk hands out, until it hands out no more.
    @concurrent func run(_ chunk: ChunkRun) async

    /// Decodes the arguments of a single run, whose result nobody wants.
    func prepare(_ reader: inout MessageReader) throws -> @Sendable () async throws -> Void

    /// Decodes the arguments of a single run, which gives its result.
    func prepareResult(_ reader: inout MessageReader) throws
        -> @Sendable () async throws -> any Codable & Sendable
}

struct BodyInvocation<Body: PortableBody>: Invocation {
    let body: Body
    let context: Body.Context
    private let packing = Body.packing
    private let resultPacking = Body.resultPacking

    init(body: Body, context: Body.Context) {
        self.body = body
        self.context = context
    }

    @concurrent func run(_ chunk: ChunkRun) async {
        while true {
            if chunk.isPacked, let packing, let resultPacking {
                while var stretch = chunk.beginStretch(packing, resultPacking) {
                    do {
                        try await body.run(&stretch, context)
                        chunk.end(stretch)
                    } catch {
                        chunk.end(stretch, failure: error)
                    }
                }
            }
            // What does not lie side by side, or finds no room there.
            guard let item = chunk.next() else { return }
            await run(item, of: chunk)
        }
    }

    private func run(_ item: MessageReader, of chunk: ChunkRun) async {
        var item = item
        let arguments: Body.Arguments
        do {
            arguments = chunk.isPacked ? item.readPacked() : try Body.decodeArguments(from: &item)
        } catch {
            return chunk.fail(
                MultiprocessingError(
                    .undecodable, "the worker could not decode the task's arguments", cause: error))
        }
        do {
            chunk.answer(try await body.run(arguments, context))
        } catch {
            chunk.fail(error)
        }
    }
}

extension BodyInvocation {
    func prepare(_ reader: inout MessageReader) throws -> @Sendable () async throws -> Void {
        let arguments = try Body.decodeArguments(from: &reader)
        return { _ = try await body.run(arguments, context) }
    }

    func prepareResult(_ reader: inout MessageReader) throws
        -> @Sendable () async throws -> any Codable & Sendable
    {
        let arguments = try Body.decodeArguments(from: &reader)
        return { try await body.run(arguments, context) }
    }
}

/// The wire form of a body and its context.
enum InvocationCoder {
    /// Encodes what a worker needs to run `body`.
    ///
    /// - Throws: `ClosureRefusedError` when the closure cannot be sent.
    static func encode<Body: PortableBody>(
        _ body: Body, context: Body.Context, into writer: inout MessageWriter
    ) throws {
        do {
            try TypeReference.encode(Body.self, into: &writer.bytes)
            if let words = body.functionWords {
                writer.bytes.append(UInt8(1))
                try writer.append(words)
                withExtendedLifetime(body) {}
            } else {
                writer.bytes.append(UInt8(0))
            }
        } catch let refusal as FunctionRefusal {
            throw ClosureRefusedError(refusal)
        } catch let refusal as TypeRefusal {
            throw ClosureRefusedError(.unnameable(refusal))
        }
        try writer.append(encoding: context)
    }

    /// Decodes what `encode` wrote; only for bytes from a channel that was inherited.
    static func decode(from reader: inout MessageReader) throws -> any Invocation {
        let found = try TypeReference.decode(from: &reader.bytes, trust: .inheritedChannel)
        guard let type = found as? any PortableBody.Type else {
            throw WireError.malformed("a body of a type that is none")
        }
        guard try reader.bytes.read(UInt8.self) == 1 else {
            return try makeInvocation(type, nil, from: &reader)
        }
        return try makeInvocation(type, try reader.decodeFunction(), from: &reader)
    }
}

extension InvocationCoder {
    /// Makes the runtime look up once what every decoded body needs.
    static func warmUp() {
        do {
            try warmUp(VoidBody0 {}, ())
            try warmUp(VoidBody1<Int> { _ in }, 0)
            try warmUp(Body1<String, Int> { _ in 0 }, "")
        } catch {
            fatalError("a body of the library's own cannot travel: \(error)")
        }
    }

    /// Sends a body to this process itself.
    private static func warmUp<Body: PortableBody>(
        _ body: Body, _ arguments: Body.Arguments
    ) throws where Body.Context == Nothing {
        var writer = MessageWriter()
        try encode(body, context: Nothing(), into: &writer)
        try Body.encode(arguments, into: &writer)
        let bytes = writer.bytes.bytes
        _ = try unsafe bytes.withUnsafeBytes { bytes in
            var reader = unsafe MessageReader(ByteReader(bytes), attachments: writer.attachments)
            return try decode(from: &reader).prepare(&reader)
        }
    }
}

/// Opens the type; a top-level function because local generic ones crash the compiler.
private func makeInvocation<Body: PortableBody>(
    _ type: Body.Type, _ function: consuming OwnedFunction?, from reader: inout MessageReader
) throws -> any Invocation {
    guard let body = Body.make(around: function) else {
        throw WireError.malformed("a body that lacks its closure")
    }
    return BodyInvocation(body: body, context: try reader.decode(Body.Context.self))
}
