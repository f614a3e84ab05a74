import Distributed
import MultiprocessingCore

/// Keeps an object of a manager alive for the proxies of this process; they share it.
final class ProxyHold: Sendable {
    /// The way to the manager; nil for an object of this process.
    let peer: ManagerPeer?
    private let number: UInt64
    private let serial: UInt64
    /// An object of this process, on its way to whoever decodes it.
    private let object: (any DistributedActor)?

    init(_ peer: ManagerPeer, number: UInt64, serial: UInt64) {
        self.peer = peer
        self.number = number
        self.serial = serial
        object = nil
    }

    init(_ object: any DistributedActor) {
        peer = nil
        number = 0
        serial = 0
        self.object = object
    }

    deinit {
        peer?.release(number, serial: serial)
    }
}

/// The objects of a manager that a client holds, and how often it was given each.
///
/// Pure but for the weak references.
struct HoldTable {
    private struct Entry {
        weak var hold: ProxyHold?
        var grants: UInt64
        let serial: UInt64
    }

    private var entries: [UInt64: Entry] = [:]
    private var lastSerial: UInt64 = 0

    init() {}

    /// The hold of an object that was given once more.
    mutating func add(_ number: UInt64, grants: UInt64, peer: ManagerPeer) -> ProxyHold {
        if let hold = entries[number]?.hold {
            entries[number]?.grants += grants
            return hold
        }
        // One that is about to end finds that it is not the current one, and leaves its grants to its successor.
        lastSerial += 1
        let hold = ProxyHold(peer, number: number, serial: lastSerial)
        entries[number] = Entry(
            hold: hold, grants: (entries[number]?.grants ?? 0) + grants, serial: lastSerial)
        return hold
    }

    /// The hold has ended; returns how many grants go back, nil when it has a successor.
    mutating func remove(_ number: UInt64, serial: UInt64) -> UInt64? {
        guard let entry = entries[number], entry.serial == serial else { return nil }
        entries[number] = nil
        return entry.grants
    }
}
