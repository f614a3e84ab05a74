/// Where a listener is.
///
/// ```swift
/// let address = ListenerAddress.tcp("127.0.0.1", port: 6000)
/// let same = try ListenerAddress("tcp:127.0.0.1:6000")
/// ```
///
/// Its description is a text that gives the same address again, fit for a command line or a file.
public struct ListenerAddress: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case path(String)
        case abstract(String)
        case network(host: String, port: UInt16)
    }

    let kind: Kind

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// A local socket with a file; Python's `AF_UNIX`.
    ///
    /// - Parameter path: where the file is; of any length.
    /// - Returns: the address.
    public static func unix(_ path: String) -> ListenerAddress { ListenerAddress(.path(path)) }

    /// A local socket without a file, whose name every program of the machine may use; only with a key.
    ///
    /// - Parameter name: 1 to 107 bytes.
    /// - Returns: the address.
    public static func abstractUnix(_ name: String) -> ListenerAddress { ListenerAddress(.abstract(name)) }

    /// A port of a network, by IPv4 or IPv6; only with a key, Python's `AF_INET`.
    ///
    /// What is sent can be read on its way, and cannot be changed there unnoticed. Use a tunnel for secrets.
    ///
    /// - Parameters:
    ///   - host: numbers of either family, or a name, which is looked up; by default only this machine.
    ///   - port: its number; 0 lets the system choose one for a listener.
    /// - Returns: the address.
    public static func tcp(_ host: String = "127.0.0.1", port: UInt16 = 0) -> ListenerAddress {
        ListenerAddress(.network(host: host, port: port))
    }

    /// The path of the file; nil for other kinds.
    public var path: String? { if case .path(let path) = kind { path } else { nil } }

    /// The host; nil for local addresses.
    public var host: String? { if case .network(let host, _) = kind { host } else { nil } }

    /// The port; nil for local addresses.
    public var port: UInt16? { if case .network(_, let port) = kind { port } else { nil } }

    /// Whether only who has the key should get through, because others than this user can reach the address.
    var needsKey: Bool { path == nil }
}
