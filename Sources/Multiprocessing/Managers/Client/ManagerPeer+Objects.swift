import MultiprocessingCore
import Synchronization

// Holding objects.
extension ManagerPeer {
    /// Holds an object that has come.
    func hold(_ number: UInt64, _ departure: ReferenceTable.Departure) -> ProxyHold {
        if departure == .granted {
            // Whoever took the reply holds it already.
            return holds.withLock { $0.table.add(number, grants: 0, peer: self) }
        }
        let hold = holds.withLock { $0.table.add(number, grants: 1, peer: self) }
        try? link.append(.claim) { writer in
            writer.append(number)
            writer.append(departure.sender)
            writer.append(departure.token)
        }
        link.flush()
        return hold
    }

    /// Holds an object that the manager has given.
    func adopt(_ number: UInt64) -> ProxyHold {
        holds.withLock { $0.table.add(number, grants: 1, peer: self) }
    }

    /// A hold has ended.
    func release(_ number: UInt64, serial: UInt64) {
        guard isCurrent, let grants = holds.withLock({ $0.table.remove(number, serial: serial) }), grants > 0
        else {
            return
        }
        try? link.append(.release) { writer in
            writer.append(number)
            writer.append(grants)
        }
        link.flush()
    }

    /// An object goes into a message.
    func depart(_ number: UInt64) -> ReferenceTable.Departure {
        let departure = holds.withLock { holds in
            let departure = ReferenceTable.Departure(sender: client, token: holds.lastToken)
            holds.lastToken += 1
            // In the lock, so that tokens go in order.
            try? link.append(.lend) { writer in
                writer.append(number)
                writer.append(departure.token)
            }
            return departure
        }
        link.flush()
        return departure
    }
}
