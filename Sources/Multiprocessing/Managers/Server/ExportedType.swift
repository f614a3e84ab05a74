import MultiprocessingCore
import Synchronization

/// What may be called of the objects of one type.
final class ExportedType: Sendable {
    let type: any Any.Type
    /// The generic arguments of the type, which a caller never chooses.
    let arguments: [any Any.Type]
    private let targets = Mutex<[String: ExportedTarget]>([:])

    init(_ type: any Any.Type) {
        self.type = type
        arguments = TypeKey.genericArguments(of: type)
        for argument in arguments { KnownTypes.add(argument) }
    }

    /// The method of this name.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `notExported` when the type has no such method.
    func target(_ name: String) throws -> ExportedTarget {
        if let known = targets.withLock({ $0[name] }) { return known }
        guard DistributedTarget.isMethod(name, of: type) else {
            throw MultiprocessingError(
                .notExported, "\(type) has no distributed method that is called \(name.prefix(200))")
        }
        let target = ExportedTarget(name)
        targets.withLock { $0[name] = target }
        return target
    }
}

/// A method that may be called, and how long it took.
final class ExportedTarget: Sendable {
    let name: String
    /// Runs in a row that were short; a long one begins anew.
    private let shortRuns = Atomic<Int>(0)
    private static let short: UInt64 = 50_000

    init(_ name: String) {
        self.name = name
    }

    /// Whether it is fit for a thread that others wait for.
    var isShort: Bool { shortRuns.load(ordering: .relaxed) > 0 }

    /// It has run for so many nanoseconds.
    func learn(from spent: UInt64) {
        if spent > Self.short {
            // After a long run it has to show several times that it is short.
            shortRuns.store(-8, ordering: .relaxed)
        } else if !isShort {
            shortRuns.add(1, ordering: .relaxed)
        }
    }
}
