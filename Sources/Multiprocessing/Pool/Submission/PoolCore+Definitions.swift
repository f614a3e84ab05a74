import MultiprocessingCore
import Synchronization

/// What tells one capture-less body from another.
struct DefinitionKey: Hashable {
    let type: ObjectIdentifier
    let code: UInt
}

/// The definitions of bodies that hold nothing but code.
struct InternedDefinitions {
    private var all: [DefinitionKey: Definition] = [:]
    /// The one that was asked for last, which is likely to be the next.
    private var latest: (key: DefinitionKey, definition: Definition)?

    mutating func find(_ key: DefinitionKey) -> Definition? {
        if let latest, latest.key == key { return latest.definition }
        guard let found = all[key] else { return nil }
        latest = (key, found)
        return found
    }

    mutating func add(_ definition: Definition, _ key: DefinitionKey) { all[key] = definition }
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
        if let known = interned.withLock({ $0.find(key) }) { return known }
        let made = try makeDefinition(body, context, label: label)
        return interned.withLock { interned in
            if let known = interned.find(key) { return known }
            interned.add(made, key)
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
            id: id, message.message, attachments: message.attachments, label: label,
            isPacked: Body.packing != nil, retired: retired)
    }
}
