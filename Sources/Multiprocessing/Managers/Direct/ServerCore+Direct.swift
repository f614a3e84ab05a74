import MultiprocessingCore
import Synchronization

extension ServerCore {
    /// An object that is being made has direct methods.
    func offer(_ runner: any DirectRunner, of number: UInt64) {
        state.withLock { $0.direct[number] = DirectObject(runner: runner) }
    }

    /// What runs the direct methods of an object.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `notFound` for an object that has ended, `notExported` for one
    ///   that has none.
    func directObject(_ number: UInt64) throws -> DirectObject {
        if let direct = state.withLock({ $0.direct[number] }) { return direct }
        guard object(number) != nil else { throw MultiprocessingError.objectGone(number) }
        throw MultiprocessingError(.notExported, "object \(number) has no such method")
    }
}
