import CMultiprocessing

/// Two local sockets that are joined to each other.
package enum SocketPair {
    /// A pair that carries a stream of bytes, or whole packets; close-on-exec from birth.
    package static func make(packets: Bool = false) throws(SystemError) -> (
        SharedDescriptor, SharedDescriptor
    ) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            // A pair of Int32 has the layout of an array of two.
            unsafe mp_socket_pair(packets ? 1 : 0, bytes.start.assumingMemoryBound(to: Int32.self))
        }
        guard result == 0 else { throw .last("socketpair") }
        return (
            SharedDescriptor(Descriptor(adopting: ends.0)), SharedDescriptor(Descriptor(adopting: ends.1))
        )
    }
}
