import CMultiprocessing
import Glibc

/// Where the descriptors of queued messages wait: a pair of sockets that every handle of the queue has.
///
/// Parcels lie in the order of their messages, because both are put and taken under the same guard. A parcel whose
/// message is gone, since its process was killed in between, is found and thrown away by its number.
package struct ParcelBox: Sendable {
    package let entrance: SharedDescriptor
    package let exit: SharedDescriptor

    package init(entrance: SharedDescriptor, exit: SharedDescriptor) {
        self.entrance = entrance
        self.exit = exit
    }

    package static func make() throws(SystemError) -> ParcelBox {
        let (entrance, exit) = try SocketPair.make(packets: true)
        return ParcelBox(entrance: entrance, exit: exit)
    }

    /// Puts descriptors in; false when there is no room at the moment.
    func put(_ number: UInt64, _ descriptors: [SharedDescriptor]) throws(SystemError) -> Bool {
        var number = number
        let raw = descriptors.map(\.raw)
        let sent = unsafe mp_send(entrance.raw, &number, 8, raw, raw.count, 0)
        withExtendedLifetime(descriptors) {}
        if sent == 8 { return true }
        // Too many descriptors on their way (ETOOMANYREFS) is a matter of time as well.
        guard [EAGAIN, ENOBUFS, ETOOMANYREFS].contains(errno) else { throw .last("sendmsg") }
        return false
    }

    /// The descriptors with this number, which stay in until `drop`; nil when they were lost.
    func look(for number: UInt64) throws(SystemError) -> [SharedDescriptor]? {
        while true {
            guard let parcel = try receive(MP_PEEK) else { return nil }
            if parcel.number == number { return parcel.descriptors }
            if parcel.number > number { return nil }
            _ = try receive(0)
        }
    }

    /// Takes the parcel out that `look` has found.
    func drop() throws(SystemError) {
        _ = try receive(0)
    }

    private func receive(_ how: Int) throws(SystemError) -> (number: UInt64, descriptors: [SharedDescriptor])?
    {
        var number: UInt64 = 0
        var raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS))
        var count = 0
        var isTruncated: Int32 = 0
        let received = unsafe mp_receive(exit.raw, &number, 8, &raw, &count, &isTruncated, Int32(how))
        guard received >= 0 else {
            if errno == EAGAIN { return nil }
            throw .last("recvmsg")
        }
        let descriptors = raw[..<count].map { SharedDescriptor(Descriptor(adopting: $0)) }
        guard isTruncated == 0 else { throw SystemError(code: EMFILE, call: "recvmsg") }
        return (number, descriptors)
    }
}
