import MultiprocessingCore

/// What the two ends of a connection speak.
///
/// ```swift
/// let listener = try await Listener(.tcp(port: 6000), key: key, protocol: .cpython)
/// ```
///
/// With CPython's, messages are bytes only: `send(bytes:)` and `send_bytes`, `receiveBytes()` and `recv_bytes`. Values
/// in the library's encoding are refused, and so is everything that Python pickles.
///
/// CPython's proof of a key is weaker than the library's. It is not bound to the connection, so whoever can sit
/// between two ends passes it on and has the connection, and nothing protects what is sent afterwards. Use it on one
/// machine, or in a tunnel.
public struct ConnectionProtocol: Hashable, Sendable, CustomStringConvertible {
    enum Kind: UInt8 {
        case native, cpython, cpythonWithInsecureMD5
    }

    let kind: Kind

    /// The library's own, between programs that use it.
    public static let native = ConnectionProtocol(kind: .native)

    /// That of `multiprocessing.connection` in CPython 3.12 and later, with SHA-256.
    ///
    /// Older ones are refused, as they prove their key with MD5.
    public static let cpython = ConnectionProtocol(kind: .cpython)

    /// That of every CPython: MD5, which is broken, counts as a proof of the key for those before 3.12.
    public static let cpythonWithInsecureMD5 = ConnectionProtocol(kind: .cpythonWithInsecureMD5)

    /// Its name.
    public var description: String { "\(kind)" }

    /// How messages lie in a stream of bytes.
    var framing: StreamFraming { kind == .native ? .native : .cpython }

    /// What counts as a proof; nil for the library's own handshake.
    var digest: CPythonDigest? {
        switch kind {
        case .native: nil
        case .cpython: .sha256
        case .cpythonWithInsecureMD5: .insecureMD5
        }
    }

    /// Whether local sockets carry packets, and not a stream of bytes.
    var usesPackets: Bool { kind == .native }
}
