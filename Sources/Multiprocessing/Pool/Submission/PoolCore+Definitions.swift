import MultiprocessingCore
import Synchronization

/// What tells one capture-less body from another.
struct DefinitionKey: Hashable {
    let type: ObjectIdentifier
    let code: UInt
}

extension PoolCore {
    /// The definition of a body; for bodies that hold nothing but code, one for the life of the pool.
    ///
    /// - Throws: `ClosureRefusedError` when the closure cannot be sent.
    func define<Body: PortableBody>(
        _ body: Body, _ context: Body.Context, label: String
    ) throws -> Definition {
        let words = body.functionWords
        guard Body.Context.self == Nothing.self, (words?.context ?? 0) == 0 else {
            return try makeDefinition(body, context, label: label)
        }
        let key = DefinitionKey(type: ObjectIdentifier(Body.self), code: words?.code ?? 0)
        if let known = state.withLock({ $0.interned[key] }) { return known }
        let made = try makeDefinition(body, context, label: label)
        return state.withLock { state in
            if let known = state.interned[key] { return known }
            state.interned[key] = made
            return made
        }
    }

    private func makeDefinition<Body: PortableBody>(
        _ body: Body, _ context: Body.Context, label: String
    ) throws -> Definition {
        let id = makeID()
        var message = MessageWriter()
        message.longArrays = BulkMemory.threshold
        message.bytes.append(id)
        message.bytes.append(UInt16(0))
        do {
            try InvocationCoder.encode(body, context: context, into: &message)
        } catch  where error is EncodingError || error is WireError {
            throw MultiprocessingError(
                .unencodable, "what the body of \(label) captures or shares could not be encoded",
                cause: error)
        }
        message.bytes.overwrite(at: 8, with: UInt16(message.attachments.count))
        return Definition(
            id: id, message.message, attachments: message.attachments, label: label, retired: retired)
    }
}
