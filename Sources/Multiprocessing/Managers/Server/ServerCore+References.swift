import Distributed
import MultiprocessingCore
import Synchronization

// Who holds what.
extension ServerCore {
    /// Changes who holds what, and lets go of objects that nobody holds then.
    func update<Result: Sendable>(
        _ body: (inout ReferenceTable, inout [UInt64]) -> Result, keeping kept: UInt64? = nil
    ) -> Result {
        let (result, released) = state.withLock { state -> (Result, [any DistributedActor]) in
            var free: [UInt64] = []
            let result = body(&state.references, &free)
            if let kept, state.references.isHeld(kept) {
                let object = state.entries[kept]?.weakObject
                state.entries[kept]?.object = object
            }
            var released: [any DistributedActor] = []
            for number in free {
                if let object = state.entries[number]?.object.take() { released.append(object) }
            }
            return (result, released)
        }
        // Outside the lock, because an object that ends says so.
        withExtendedLifetime(released) {}
        return result
    }

    func grant(_ number: UInt64, to client: UInt64) {
        update({ references, _ in references.grant(number, to: client) }, keeping: number)
    }

    func release(_ number: UInt64, by client: UInt64, count: UInt64) {
        update { references, free in
            if references.release(number, by: client, count: count) { free.append(number) }
        }
    }

    /// A client has got an object from elsewhere.
    func claim(_ number: UInt64, by client: UInt64, _ departure: ReferenceTable.Departure) {
        guard object(number) != nil else { return }
        update(
            { references, free in
                references.grant(number, to: client)
                if let arrived = references.arrive(number, departure) { free.append(arrived) }
            }, keeping: number)
    }

    func depart(_ number: UInt64, _ departure: ReferenceTable.Departure) {
        guard object(number) != nil else { return }
        update({ references, _ in references.depart(number, departure) }, keeping: number)
    }

    /// An object of this manager's goes into a message of this process's.
    func depart(_ number: UInt64) -> ReferenceTable.Departure {
        let token = state.withLock { state in
            state.lastToken += 1
            return state.lastToken
        }
        let departure = ReferenceTable.Departure(sender: 0, token: token)
        depart(number, departure)
        return departure
    }

    /// An object of this manager's has come back in a message.
    func arrived(_ number: UInt64, _ departure: ReferenceTable.Departure) -> ProxyHold? {
        guard let object = object(number) else { return nil }
        update { references, free in
            if let arrived = references.arrive(number, departure) { free.append(arrived) }
        }
        return ProxyHold(object)
    }

    // MARK: Names

    func register(_ number: UInt64, as name: String) throws {
        guard object(number) != nil else { throw MultiprocessingError.objectGone(number) }
        guard update({ references, _ in references.name(number, name) }, keeping: number) else {
            throw MultiprocessingError(.alreadyExists, "the manager has an object named \"\(name)\" already")
        }
    }

    /// Takes a name away; false when there is none.
    func unregister(_ name: String) -> Bool {
        update { references, free in
            guard let (object, isFree) = references.removeName(name) else { return false }
            if isFree { free.append(object) }
            return true
        }
    }

    func object(named name: String) -> UInt64? { state.withLock { $0.references.object(named: name) } }

    var names: [String] { state.withLock { $0.references.allNames } }
}
