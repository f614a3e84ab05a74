import MultiprocessingCore

extension Connection {
    /// Connects to a listener, with a key or without one; Python's `Client`.
    ///
    /// ```swift
    /// let connection = try await Connection.connect(to: .tcp("10.0.0.7", port: 6000), key: key)
    /// ```
    ///
    /// Both sides prove that they have the key, this one first, and neither sends it. That has five seconds. Over TCP
    /// every message is bound to the connection and to its place in it by a code of the key, so none can be changed,
    /// repeated, moved or left out unnoticed; but all can be read.
    ///
    /// - Parameters:
    ///   - address: where the listener is.
    ///   - key: the listener's key; nil for one without a key, which only a local socket with a file can be.
    ///   - wire: what the listener speaks, the library's own protocol or CPython's.
    ///   - timeout: for all of it; nil leaves the time until there is a connection to the system.
    ///   - maximumLength: the longest message that is accepted unless the receiver says otherwise.
    /// - Returns: the connection.
    /// - Throws: a ``MultiprocessingError`` with the code `unreachable` when nobody listens there,
    ///   `authenticationFailed` when the keys are not the same, one side has none, or another user's program listens,
    ///   `versionMismatch`, `protocolViolation` when something else listens, `brokenConnection` when the listener ends
    ///   it in the middle, `timeout`, `invalidArgument`, `noResources`; `CancellationError` when the task is cancelled.
    public nonisolated(nonsending) static func connect(
        to address: ListenerAddress, key: AuthenticationKey?, protocol wire: ConnectionProtocol = .native,
        timeout: Duration? = nil, maximumLength: Int = Connection.listenerMaximumLength
    ) async throws -> Connection {
        try await connect(
            to: address, key: key, purpose: .listener, wire: wire, timeout: timeout,
            maximumLength: maximumLength)
    }

    /// Connects to a listener with the key of this process, which the processes of its family have as well.
    ///
    /// - Parameters:
    ///   - address: where the listener is.
    ///   - timeout: for all of it; nil leaves the time until there is a connection to the system.
    ///   - maximumLength: the longest message that is accepted unless the receiver says otherwise.
    /// - Returns: the connection.
    /// - Throws: as the form with a key.
    public nonisolated(nonsending) static func connect(
        to address: ListenerAddress, timeout: Duration? = nil,
        maximumLength: Int = Connection.listenerMaximumLength
    ) async throws -> Connection {
        try await connect(
            to: address, key: AuthenticationKey.current(), purpose: .listener, timeout: timeout,
            maximumLength: maximumLength)
    }

    /// Connects for a purpose of the library's.
    nonisolated(nonsending) static func connect(
        to address: ListenerAddress, key: AuthenticationKey?, purpose: ListenerSettings.Purpose,
        wire: ConnectionProtocol = .native, timeout: Duration? = nil,
        maximumLength: Int = Connection.listenerMaximumLength
    ) async throws -> Connection {
        let way = Connecting(
            to: address, key: key, purpose: purpose, wire: wire, until: timeout.map(Deadline.after))
        return Connection(try await way.run(), maximumLength: maximumLength)
    }

    /// The process at the other end of a local socket, as the kernel knows it.
    public struct Peer: Hashable, Sendable {
        /// The process that connected, or the one that began to listen, or the one that made the pair of sockets.
        public let processID: Int32
        /// The user that it ran for then.
        public let userID: UInt32
        /// The group that it ran for then.
        public let groupID: UInt32
    }

    /// Who is at the other end; nil for a network and for a pipe of bytes, of which the kernel does not know it.
    ///
    /// It costs a question to the kernel, and the end may have been given to another process since.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `closed` after ``close()``.
    public var peer: Peer? {
        get throws {
            let end = try storage.link.end
            guard end.isLocalSocket, let found = try? PeerCredentials(of: end.descriptor) else { return nil }
            return Peer(processID: found.processID, userID: found.userID, groupID: found.groupID)
        }
    }
}
