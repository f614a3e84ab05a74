import Glibc

/// What sockets of a network are told.
enum NetworkOption {
    case reuseAddress, noDelay

    func set(on socket: SharedDescriptor) throws(SystemError) {
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        let result =
            switch self {
            case .reuseAddress: unsafe setsockopt(socket.raw, SOL_SOCKET, SO_REUSEADDR, &one, size)
            case .noDelay: unsafe setsockopt(socket.raw, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
            }
        guard result == 0 else { throw .last("setsockopt") }
    }
}
