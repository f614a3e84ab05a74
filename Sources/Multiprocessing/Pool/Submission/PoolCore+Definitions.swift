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
            return try Definition(id: makeID(), body, context, label: label, retired: retired)
        }
        let key = DefinitionKey(type: ObjectIdentifier(Body.self), code: words?.code ?? 0)
        if let known = interned.withLock({ $0.find(key) }) { return known }
        let made = try Definition(id: makeID(), body, context, label: label, retired: retired)
        return interned.withLock { interned in
            if let known = interned.find(key) { return known }
            interned.add(made, key)
            return made
        }
    }
}
