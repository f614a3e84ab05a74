import MultiprocessingCore

/// A secret by which processes that belong together know each other; Python's `authkey`.
///
/// ```swift
/// let key = try AuthenticationKey(bytesOfASecret)
/// let child = ChildProcess(authenticationKey: key) { … }      // its `current` is this key
/// ```
///
/// A key is neither printed nor encoded: children get it through the private channel of their start. It is left
/// out of core files, and overwritten when nobody holds it any more.
public final class AuthenticationKey: Sendable, Equatable {
    private static let shared = GlobalMutex<AuthenticationKey?>(nil)

    let secret: SecretBytes

    init(_ secret: SecretBytes) {
        self.secret = secret
    }

    /// A new key of 32 random bytes.
    ///
    /// - Throws: a ``MultiprocessingError`` when there is no memory for it.
    public convenience init() throws {
        do {
            self.init(try SecretBytes.random(count: 32))
        } catch {
            throw MultiprocessingError(.startFailed, "there is no memory for a key", cause: error)
        }
    }

    /// A key of given bytes.
    ///
    /// - Parameter bytes: 16 to 4096 bytes that others cannot guess.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for another number of bytes.
    public convenience init(_ bytes: some Collection<UInt8>) throws {
        try self.init(bytes, counts: 16...4096)
    }

    /// A key that is short enough to be guessed: for partners whose key is not yours to choose.
    ///
    /// - Parameter bytes: 1 to 4096 bytes.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for another number of bytes.
    public convenience init(insecureShort bytes: some Collection<UInt8>) throws {
        try self.init(bytes, counts: 1...4096)
    }

    private convenience init(_ bytes: some Collection<UInt8>, counts: ClosedRange<Int>) throws {
        guard counts.contains(bytes.count) else {
            throw MultiprocessingError(
                .invalidArgument,
                "a key has \(counts.lowerBound) to \(counts.upperBound) bytes, not \(bytes.count)")
        }
        do {
            self.init(try SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) })
        } catch {
            throw MultiprocessingError(.startFailed, "there is no memory for a key", cause: error)
        }
    }

    /// How many bytes the key has.
    public var count: Int { secret.count }

    /// Whether two keys are the same; takes as long for any two of one length.
    public static func == (left: AuthenticationKey, right: AuthenticationKey) -> Bool {
        left.secret.equals(right.secret)
    }

    /// The key of this process: that of the process that started it, or 32 random bytes.
    ///
    /// - Returns: always the same key, until `use` sets another.
    /// - Throws: a ``MultiprocessingError`` when there is no memory for it.
    public static func current() throws -> AuthenticationKey {
        try shared.withLock { shared in
            if let shared { return shared }
            let fresh = try AuthenticationKey()
            shared = fresh
            return fresh
        }
    }

    /// Makes this the key of the process, for children that are started from now on.
    public func use() {
        Self.shared.withLock { $0 = self }
    }
}
