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
        message.bytes.append(id)
        do {
            try InvocationCoder.encode(body, context: context, into: &message)
            guard message.attachments.isEmpty else { throw ClosureRefusedError(.descriptor) }
        } catch let error as EncodingError {
            throw MultiprocessingError(.unencodable, "the context could not be encoded", cause: error)
        }
        return Definition(id: id, bytes: message.bytes.bytes, label: label, retired: retired)
    }
}
