import MultiprocessingCore
import Synchronization

/// What may be called of the objects of one type.
final class ExportedType: Sendable {
    let type: any Any.Type
    /// The generic arguments of the type, which a caller never chooses.
    let arguments: [any Any.Type]
    /// The protocols by which it can be called, as text; nil until somebody asks.
    private let knownProtocols = Mutex<Set<String>?>(nil)
    private let targets = Mutex<[Key: ExportedTarget]>([:])
    private static let targetLimit = 4096

    private struct Key: Hashable {
        let name: String
        let arguments: [ObjectIdentifier]
    }

    init(_ type: any Any.Type) {
        self.type = type
        arguments = TypeKey.genericArguments(of: type)
        for argument in arguments { KnownTypes.add(argument) }
    }

    /// Whether an object of the type is what a client asks for: of just this type, or of a protocol that it knows.
    func matches(_ key: TypeKey) -> Bool {
        if let own = try? TypeKey(type), own.matches(key) { return true }
        return DistributedTarget.protocolName(ofMangledStub: key.name).map(protocols.contains) ?? false
    }

    /// The method of this name, with its own generic arguments.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `notExported` when the type has no such method.
    func target(_ name: String, _ arguments: [any Any.Type]) throws -> ExportedTarget {
        let key = Key(name: name, arguments: arguments.map { ObjectIdentifier($0) })
        if let known = targets.withLock({ $0[key] }) { return known }
        guard let method = method(name, arguments), let runner = makeRunner(method) else {
            throw MultiprocessingError(
                .notExported,
                "\(type) has no distributed method \(name.prefix(200)) that can be called from another process; "
                    + "those of extensions with conditions cannot")
        }
        let target = ExportedTarget(method, runner)
        targets.withLock { targets in
            // A peer that names ever new generic arguments does not fill the memory.
            if targets.count >= Self.targetLimit { targets = [:] }
            targets[key] = target
        }
        return target
    }

    private var protocols: Set<String> {
        knownProtocols.withLock { known in
            let found = known ?? DistributedTarget.protocols(of: type)
            known = found
            return found
        }
    }

    private func method(_ name: String, _ arguments: [any Any.Type]) -> DistributedMethod? {
        if DistributedTarget.isMethod(name, of: type) {
            return DistributedMethod(name, of: type, arguments: arguments)
        }
        let own = DistributedTarget.ownMethod(for: name, of: type, conformingTo: protocols)
        return own.flatMap { DistributedMethod($0, of: type, arguments: arguments) }
    }
}
