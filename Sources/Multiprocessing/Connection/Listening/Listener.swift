import MultiprocessingCore
import Synchronization

/// Waits for connections of other processes, and lets in who has its key; Python's `Listener`.
///
/// ```swift
/// let listener = try await Listener(.tcp(port: 6000), key: key)
/// for try await connection in listener.connections { … }
/// ```
///
/// Both sides prove that they have the key, and neither sends it. That happens in the background: a peer that is
/// slow, silent or hostile keeps nobody else out. It has five seconds and a kilobyte, and at most 64 are in the middle
/// of it. On local sockets only programs of this user are let in at all. What comes over a connection never chooses
/// code: no closure is taken from it. Over local sockets handles travel, over a network they do not.
///
/// A listener is not sent to other processes, and a forked copy of its process cannot use it; such a copy keeps the
/// port in use for as long as it lives. The connections that it accepts may be sent.
public final class Listener: Sendable {
    let storage: ListenerStorage

    /// Begins to listen, with a key or without one.
    ///
    /// - Parameters:
    ///   - address: where; nil makes a local socket in a new folder that only this user can look into.
    ///   - key: what clients have to have; nil lets in every program of this user, for local sockets with a file only.
    ///   - wire: what it speaks, the library's own protocol or CPython's.
    ///   - backlog: how many connections may wait to be accepted, at least one.
    ///   - maximumLength: the longest message that its connections accept unless the receiver says otherwise.
    /// - Throws: a ``MultiprocessingError`` with the code `addressInUse` when something is there already, whatever it
    ///   is, `invalidArgument` for an address without a key that needs one, for one that nobody can listen at, and for
    ///   a folder in which others may remove files, `noResources`; `CancellationError` when the task is cancelled while
    ///   the name of a host is looked up.
    public nonisolated(nonsending) convenience init(
        _ address: ListenerAddress? = nil, key: AuthenticationKey?,
        protocol wire: ConnectionProtocol = .native, backlog: Int = 128,
        maximumLength: Int = Connection.listenerMaximumLength
    ) async throws {
        try await self.init(
            address, ListenerSettings(key: key, wire: wire, backlog: backlog, maximumLength: maximumLength))
    }

    /// Begins to listen with the key of this process, which its children have as well.
    ///
    /// - Parameters:
    ///   - address: where; nil makes a local socket in a new folder that only this user can look into.
    ///   - backlog: how many connections may wait to be accepted, at least one.
    ///   - maximumLength: the longest message that its connections accept unless the receiver says otherwise.
    /// - Throws: as the form with a key.
    public nonisolated(nonsending) convenience init(
        _ address: ListenerAddress? = nil, backlog: Int = 128,
        maximumLength: Int = Connection.listenerMaximumLength
    ) async throws {
        let key = try AuthenticationKey.current()
        try await self.init(
            address, ListenerSettings(key: key, backlog: backlog, maximumLength: maximumLength))
    }

    /// Begins to listen for a purpose of the library's.
    nonisolated(nonsending) init(_ address: ListenerAddress?, _ settings: ListenerSettings) async throws {
        guard settings.backlog > 0, settings.maximumLength >= 0 else {
            throw MultiprocessingError(
                .invalidArgument,
                "a listener needs a backlog of at least one, and no message is shorter than 0 bytes")
        }
        storage = try await ListenerStorage.listen(at: address, settings)
        storage.arm()
    }

    deinit { storage.close() }

    /// Where clients find it: with the port or the path that was chosen.
    public var address: ListenerAddress { storage.address }

    /// Where the connection that was accepted last came from; nil for local sockets, and before the first one.
    public var lastAccepted: ListenerAddress? { storage.lastPeer.withLock { $0 } }

    /// Waits for the next connection whose client has proved itself; Python's `accept`.
    ///
    /// A signal does not end the wait. What is tried and fails is in the log and in ``counts``, and never here.
    ///
    /// - Parameter timeout: nil waits without a limit, zero or less takes one that is there.
    /// - Returns: the connection.
    /// - Throws: a ``MultiprocessingError`` with the code `timeout`, or `closed` after ``close()``; `CancellationError`
    ///   when the task is cancelled. No connection is lost by either.
    public nonisolated(nonsending) func accept(timeout: Duration? = nil) async throws -> Connection {
        guard let connection = try await storage.accept(until: timeout.map(Deadline.after)) else {
            throw MultiprocessingError(.timeout, "nobody connected to \(address) within the limit")
        }
        return connection
    }

    /// Ends it: tasks that wait end with an error, clients that were not accepted are sent away, and the socket's file
    /// is removed, if it is still the one that this listener made.
    ///
    /// More than once is the same as once. Accepted connections stay.
    public func close() { storage.close() }

    /// Whether ``close()`` was called, or the process is a forked copy.
    public var isClosed: Bool { storage.isClosed }

    /// What has become of those who came.
    public struct Counts: Hashable, Sendable {
        /// Clients that were let in.
        public var accepted: Int
        /// Clients that had another key, or spoke something else, or ended too early.
        public var refused: Int
        /// Clients that took too long, or left for others while all seats were taken.
        public var dropped: Int
        /// Clients that are in the middle of it.
        public var halfOpen: Int
    }

    /// How many clients came, and what has become of them.
    public var counts: Counts {
        storage.machine.withLock { machine in
            Counts(
                accepted: machine.counts.accepted, refused: machine.counts.refused,
                dropped: machine.counts.dropped, halfOpen: machine.halfOpenCount)
        }
    }
}

extension Listener: CustomStringConvertible {
    /// Where it listens.
    public var description: String { "Listener(\(address)\(isClosed ? ", closed" : ""))" }
}
