import CMultiprocessing
import Glibc
package import Synchronization

/// One end of a connection in this process: its descriptor, and the two halves of its transport.
package final class ConnectionEnd: Sendable {
    package let interest: DescriptorInterest
    /// Used by whoever has the turn; the lock is never waited for.
    package let receiver: Mutex<any MessageReceiver>
    package let sender: Mutex<any MessageSender>
    package let isReadable: Bool
    package let isWritable: Bool
    /// How messages lie in a stream of bytes; packets have borders of their own.
    package let framing: StreamFraming
    /// Whether descriptors can go with its messages.
    package let carriesDescriptors: Bool

    /// Whether the kernel knows who is at the other end.
    package let isLocalSocket: Bool

    package var descriptor: SharedDescriptor { interest.descriptor }

    /// Finds out what a descriptor stands for.
    ///
    /// - Parameters:
    ///   - descriptor: a connected socket of streams or packets, or a pipe.
    ///   - readable: whether it is used to receive; a pipe's writing end never is.
    ///   - writable: whether it is used to send; a pipe's reading end never is.
    ///   - framing: how messages lie in a stream of bytes.
    ///   - seals: what the frames of a stream are sealed with.
    /// - Throws: EINVAL for anything else, and for packets of another program.
    package convenience init(
        _ descriptor: SharedDescriptor, readable: Bool, writable: Bool, framing: StreamFraming = .native,
        seals: FrameSeals? = nil
    ) throws(SystemError) {
        let kind = try Self.kind(of: descriptor)
        if case .packets = kind, framing != .native {
            throw SystemError(code: EINVAL, call: "packets, where a stream of bytes is needed")
        }
        self.init(
            DescriptorInterest(descriptor), kind, readable: readable, writable: writable, framing: framing,
            seals: seals)
    }

    /// Goes on with a socket of known kind after its handshake.
    ///
    /// - Parameters:
    ///   - interest: the socket, for which others may have waited.
    ///   - isLocal: whether it is a local socket, of packets if they are ours, or else a stream of a network.
    ///   - framing: how messages lie in a stream of bytes.
    ///   - seals: what the frames of a stream are sealed with.
    package convenience init(
        _ interest: DescriptorInterest, isLocal: Bool, framing: StreamFraming = .native, seals: FrameSeals?
    ) {
        let kind = isLocal && framing == .native ? Kind.packets : .stream(isLocal: isLocal)
        self.init(interest, kind, readable: true, writable: true, framing: framing, seals: seals)
    }

    private init(
        _ interest: DescriptorInterest, _ kind: Kind, readable: Bool, writable: Bool, framing: StreamFraming,
        seals: FrameSeals?
    ) {
        self.interest = interest
        self.framing = framing
        isLocalSocket = kind.carriesDescriptors
        carriesDescriptors = kind.carriesDescriptors && framing.carriesDescriptors
        switch kind {
        case .packets:
            receiver = Mutex(PacketReceiver(interest))
            sender = Mutex(PacketSender(interest))
            isReadable = readable
            isWritable = writable
        case .stream:
            receiver = Mutex(StreamReceiver(interest, .socket, framing, seal: seals?.receiving))
            sender = Mutex(
                StreamSender(
                    interest, .socket, framing, carriesDescriptors: carriesDescriptors, seal: seals?.sending))
            isReadable = readable
            isWritable = writable
        case .pipe(let access):
            receiver = Mutex(StreamReceiver(interest, .pipe, framing))
            sender = Mutex(StreamSender(interest, .pipe, framing, carriesDescriptors: false))
            isReadable = readable && access != O_WRONLY
            isWritable = writable && access != O_RDONLY
        }
    }

    /// What the next frames are sealed with; nil for frames without seals.
    ///
    /// - Throws: EBUSY when a part of a sealed message is on its way.
    package var seals: FrameSeals? {
        get throws(SystemError) {
            let receiving = receiver.withLock { $0.hasPart ? nil : $0.seal }
            let sending = sender.withLock { $0.hasBegun ? nil : $0.seal }
            if let sending, let receiving { return FrameSeals(sending: sending, receiving: receiving) }
            guard isSealed else { return nil }
            throw SystemError(code: EBUSY, call: "a message is on its way")
        }
    }

    private var isSealed: Bool { receiver.withLock { $0.seal != nil } }

    /// Two ends that are joined to each other; for one way, the first one reads and the second writes.
    package static func pair(duplex: Bool) throws(SystemError) -> (ConnectionEnd, ConnectionEnd) {
        let (first, second) = try SocketPair.make(packets: true)
        if !duplex {
            guard shutdown(first.raw, Int32(SHUT_WR)) == 0, shutdown(second.raw, Int32(SHUT_RD)) == 0 else {
                throw .last("shutdown")
            }
        }
        return (
            try ConnectionEnd(first, readable: true, writable: duplex),
            try ConnectionEnd(second, readable: duplex, writable: true)
        )
    }

    /// Ends both directions of a socket for both sides; what was sent before can still be received.
    ///
    /// Whoever waits for it here is called.
    package func shutDown() {
        shutdown(descriptor.raw, Int32(SHUT_RDWR))
        interest.fire()
    }

    private enum Kind {
        case packets
        case stream(isLocal: Bool)
        case pipe(access: Int32)

        var carriesDescriptors: Bool {
            switch self {
            case .packets: true
            case .stream(let isLocal): isLocal
            case .pipe: false
            }
        }
    }

    private static func kind(of descriptor: SharedDescriptor) throws(SystemError) -> Kind {
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0 else { throw .last("fstat") }
        switch status.st_mode & S_IFMT {
        case S_IFIFO:
            let flags = fcntl(descriptor.raw, F_GETFL)
            guard flags >= 0 else { throw .last("fcntl(F_GETFL)") }
            return .pipe(access: flags & O_ACCMODE)
        case S_IFSOCK:
            guard mp_is_listening(descriptor.raw) == 0 else { break }
            let isLocal = try option(SO_DOMAIN, of: descriptor) == AF_UNIX
            let type = try option(SO_TYPE, of: descriptor)
            if type == Int32(SOCK_STREAM.rawValue) { return .stream(isLocal: isLocal) }
            if isLocal, type == Int32(SOCK_SEQPACKET.rawValue) { return .packets }
        default: break
        }
        throw SystemError(code: EINVAL, call: "no connected socket of streams or packets, and no pipe")
    }

    private static func option(_ name: Int32, of descriptor: SharedDescriptor) throws(SystemError) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor.raw, SOL_SOCKET, name, &value, &size) == 0 else {
            throw .last("getsockopt")
        }
        return value
    }
}
