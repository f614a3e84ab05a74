import CMultiprocessing
import Glibc

/// Whole messages over a stream socket, with the descriptors that are attached to them.
///
/// A message is a header, whose magic tells ours from foreign bytes, and its bytes. Everything here blocks, up
/// to a deadline, so it runs on lanes and threads of its own.
package struct MessageSocket: Sendable {
    package struct Message: Sendable {
        package let bytes: [UInt8]
        package let descriptors: [SharedDescriptor]
        /// Whether this process had no room for all of the descriptors: then it has none of them.
        package let hasLostDescriptors: Bool
    }

    /// What became of a message that was not to be waited for.
    package enum Attempt: Sendable {
        case sent
        /// The socket is full: later, when it can be written to.
        case full
        /// The system has no room for more that is on its way: later, and nothing tells when.
        case crowded
    }

    /// Why a message could not be sent or received.
    package enum Failure: Error, Sendable {
        case system(SystemError)
        case wire(WireError)
        /// The other side has closed its end between two messages.
        case ended
        case timeout
    }

    package let socket: SharedDescriptor

    package init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    /// Sends a message, waiting for space until the deadline.
    package func send(
        _ bytes: [UInt8], descriptors: [SharedDescriptor] = [], until deadline: Deadline?
    ) throws(Failure) {
        guard descriptors.count <= Int(MP_MAXIMUM_DESCRIPTORS) else {
            throw .wire(.tooLarge("a message carries at most \(MP_MAXIMUM_DESCRIPTORS) descriptors"))
        }
        let header = StreamHeader(descriptors: UInt32(descriptors.count), length: UInt64(bytes.count))
        var packet = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
        packet += bytes
        var raw = descriptors.map(\.raw)
        var sent = 0
        while sent < packet.count {
            let result = unsafe packet.withUnsafeBytes { bytes in
                unsafe mp_send(
                    socket.raw, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent, raw,
                    raw.count, 0)
            }
            if result > 0 {
                sent += result
                // The descriptors travel with the first byte.
                raw = []
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, until: deadline)
            } else {
                let error = SystemError.last("sendmsg")
                guard error.isCrowding, deadline?.hasPassed != true else { throw .system(error) }
                // Nothing tells when others have received what they were sent.
                usleep(1000)
            }
        }
        withExtendedLifetime(descriptors) {}
    }

    /// Sends a short message if there is space for it at once: the kernel takes all of it or nothing.
    package func sendWithoutWaiting(
        _ bytes: [UInt8], descriptors: [SharedDescriptor] = []
    ) throws(Failure) -> Attempt {
        do throws(Failure) {
            try send(bytes, descriptors: descriptors, until: .now)
            return .sent
        } catch .timeout {
            return .full
        } catch .system(let error) where error.isCrowding {
            return .crowded
        }
    }

    /// Waits until the socket can be read or written.
    func wait(for events: Int32, until deadline: Deadline?) throws(Failure) {
        let isReady: Bool
        do throws(SystemError) {
            isReady = try socket.wait(for: events, until: deadline)
        } catch {
            throw .system(error)
        }
        if !isReady { throw .timeout }
    }
}
