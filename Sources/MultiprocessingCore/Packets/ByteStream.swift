import CMultiprocessing
import Glibc

/// A stream of bytes, without ever waiting: a socket, or one end of a pipe.
struct ByteStream {
    enum Kind: Sendable {
        case socket
        case pipe
    }

    let descriptor: SharedDescriptor
    let kind: Kind

    /// Writes what there is space for, of a header and bytes behind it; nil when there is none.
    ///
    /// - Parameters:
    ///   - header: what is left of the header.
    ///   - bytes: the whole message.
    ///   - range: what is left of it.
    ///   - descriptors: what goes with the first byte, over a local socket.
    /// - Returns: how many bytes of the two were taken.
    /// - Throws: `broken` when nobody can read it any more.
    func write(
        _ header: ArraySlice<UInt8>, _ bytes: [UInt8], _ range: Range<Int>, descriptors: [Int32]
    ) throws(TransportFailure) -> Int? {
        let written = unsafe header.withUnsafeBytes { header in
            unsafe bytes.withUnsafeBytes { bytes in
                let body = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
                return unsafe write(header, body, descriptors)
            }
        }
        if written >= 0 { return written }
        guard errno == EAGAIN else { throw TransportFailure(sending: .last("write")) }
        return nil
    }

    private func write(
        _ header: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer, _ descriptors: [Int32]
    ) -> Int {
        switch kind {
        case .socket:
            guard let start = header.baseAddress else {
                return unsafe mp_send(
                    descriptor.raw, body.baseAddress, body.count, descriptors, descriptors.count, 0)
            }
            return unsafe mp_send_headed(
                descriptor.raw, start, header.count, body.baseAddress, body.count, descriptors,
                descriptors.count)
        case .pipe:
            let part = unsafe header.isEmpty ? body : header
            guard let start = part.baseAddress else { return 0 }
            return unsafe mp_pipe_write(descriptor.raw, start, part.count)
        }
    }

    /// Reads what is there; nil when that is nothing, 0 at the end.
    func read(
        into part: inout [UInt8], _ descriptors: inout [SharedDescriptor]
    ) throws(TransportFailure) -> Int? {
        var raw: [Int32] = []
        var found = 0
        var lost: Int32 = 0
        if kind == .socket { raw = [Int32](repeating: -1, count: Int(MP_MAXIMUM_DESCRIPTORS)) }
        let count = unsafe part.withUnsafeMutableBytes { bytes in
            // A part has at least one byte, so the buffer has a base.
            kind == .socket
                ? unsafe mp_receive(descriptor.raw, bytes.start, bytes.count, &raw, &found, &lost, 0)
                : unsafe mp_pipe_read(descriptor.raw, bytes.start, bytes.count)
        }
        if count < 0 {
            if errno == EAGAIN { return nil }
            // The other side has left something unread, so it is gone.
            if errno == ECONNRESET { return 0 }
            throw .system(.last("read"))
        }
        descriptors += raw[..<found].map { SharedDescriptor(Descriptor(adopting: $0)) }
        guard lost == 0 else { throw .wire(.malformed("descriptors were lost: no room for them")) }
        return count
    }
}
