import CMultiprocessing
import Glibc

/// The channel of a long message, seen from its sender, and the slabs that belong to the message.
///
/// A slab comes back when the receiver has copied it out, or when the channel has ended with the receiver.
final class SlabLoan {
    let interest: DescriptorInterest
    private(set) var hasEnded = false
    private var slabs: Set<Int> = []

    init(_ channel: SharedDescriptor) {
        interest = DescriptorInterest(channel)
    }

    var isOver: Bool { slabs.isEmpty }

    /// Tells the receiver which slab has the next piece; false when that has to wait.
    func announce(_ slab: Int, descriptors: [SharedDescriptor]) throws(TransportFailure) -> Bool {
        let sent = unsafe [UInt8(slab)].withUnsafeBytes { byte in
            unsafe mp_send(
                interest.descriptor.raw, byte.start, 1, descriptors.map(\.raw), descriptors.count, 0)
        }
        withExtendedLifetime(descriptors) {}
        if sent > 0 {
            slabs.insert(slab)
            return true
        }
        guard errno == EAGAIN else { throw TransportFailure(sending: .last("sendmsg")) }
        return false
    }

    /// Gives back what the receiver has given back.
    func collect(into segment: inout SlabSegment) {
        var bytes = [UInt8](repeating: 0, count: 8)
        while !hasEnded {
            // Descriptors that come with it, which nobody wants, are closed by the kernel.
            let count = unsafe recv(interest.descriptor.raw, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            let returned = bytes.prefix(max(0, count)).compactMap { slabs.remove(Int($0)) }
            for slab in returned { segment.give(slab) }
            // What is no answer of a receiver of ours ends its message.
            if count <= 0 || returned.count < count { hasEnded = true }
        }
        for slab in slabs { segment.give(slab) }
        slabs = []
    }
}

extension TransportFailure {
    /// Why a call to send something failed.
    init(sending error: SystemError) {
        self = error.isBrokenChannel || error.code == ECONNREFUSED ? .broken : .system(error)
    }
}
