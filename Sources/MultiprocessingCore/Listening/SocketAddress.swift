import Glibc

/// An address of a network, as the kernel takes it.
package struct SocketAddress: Hashable, Sendable {
    /// At least as many bytes as the kernel ever writes.
    private var storage: [UInt8]

    private init(_ storage: [UInt8]) {
        self.storage = storage
    }

    /// Lets the kernel write an address.
    init<Failure>(
        _ write: (UnsafeMutableRawBufferPointer, inout socklen_t) throws(Failure) -> Void
    ) throws(Failure) {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var size = socklen_t(bytes.count)
        var failure: Failure?
        unsafe bytes.withUnsafeMutableBytes { bytes in
            do throws(Failure) {
                try unsafe write(bytes, &size)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        storage = Array(bytes.prefix(Int(size)))
    }

    var family: Int32 {
        guard storage.count >= MemoryLayout<sa_family_t>.size else { return AF_UNSPEC }
        // Any bits are a number.
        return Int32(unsafe storage.withUnsafeBytes { unsafe $0.loadUnaligned(as: sa_family_t.self) })
    }

    /// Calls with the address as the kernel wants it.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe storage.withUnsafeBytes { bytes in
            // An address is never empty; the kernel looks at its family and size before it believes anything else.
            unsafe body(bytes.start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }

    /// The addresses of a host, numbers or a name; a name is looked up, which may block for long.
    ///
    /// - Parameters:
    ///   - host: a name, or numbers of either family.
    ///   - port: the port.
    ///   - isNumeric: whether names are not looked up.
    /// - Returns: one or more, the best one first.
    /// - Throws: ENOENT with the resolver's words when there is no such host.
    package static func find(
        _ host: String, port: UInt16, isNumeric: Bool
    ) throws(SystemError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV | (isNumeric ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let words = unsafe String(cString: gai_strerror(code))
            throw SystemError(code: ENOENT, call: "\(host): \(words)")
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = unsafe list
        while let item = unsafe entry {
            if let address = unsafe item.pointee.ai_addr {
                let bytes = unsafe UnsafeRawBufferPointer(
                    start: address, count: Int(item.pointee.ai_addrlen))
                unsafe found.append(SocketAddress(Array(bytes)))
            }
            unsafe entry = item.pointee.ai_next
        }
        return found
    }

    /// The numbers of the host, and the port; nil for an address of no network.
    package var numbers: (host: String, port: UInt16)? {
        guard family == AF_INET || family == AF_INET6 else { return nil }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let code = unsafe withAddress { address, size in
            unsafe getnameinfo(
                address, size, &host, socklen_t(host.count), &port, socklen_t(port.count),
                Int32(NI_NUMERICHOST | NI_NUMERICSERV))
        }
        guard code == 0, let number = UInt16(text(port)) else { return nil }
        return (text(host), number)
    }

    private func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
