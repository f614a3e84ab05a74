import MultiprocessingCore

/// One end of a pipe for messages between processes, or between tasks; Python's `Connection`.
///
/// ```swift
/// let (left, right) = try Connection.pipe()
/// try await left.send(["answer": 42])
/// let reply = try await right.receive([String: Int].self)
/// ```
///
/// A message is a `Codable` value or bytes, and arrives whole or not at all, also when a process is killed. An end
/// can be sent to other processes of this machine, as an argument, a captured value or in a message: they get a
/// copy, and several processes may hold the same end. Each message comes to one receiver. Tasks of one process
/// that use the same end at once take turns, message by message, first come, first served.
///
/// The other side is closed when every handle of it was closed or has ended, in every process.
public final class Connection: Sendable {
    let storage: ConnectionStorage

    init(_ end: ConnectionEnd, maximumLength: Int = Connection.standardMaximumLength) {
        storage = ConnectionStorage(end, maximumLength: maximumLength)
    }

    /// Makes two ends that are joined to each other; Python's `Pipe`.
    ///
    /// - Parameter duplex: false for one way: the first end only receives, the second only sends.
    /// - Returns: the two ends.
    /// - Throws: a ``MultiprocessingError`` when there is no room for descriptors.
    public static func pipe(duplex: Bool = true) throws -> (Connection, Connection) {
        do {
            let (first, second) = try ConnectionEnd.pair(duplex: duplex)
            return (Connection(first), Connection(second))
        } catch {
            throw MultiprocessingError(.noResources, "there is no room for a pipe", cause: error)
        }
    }

    /// Uses a connected socket, or one end of a pipe, of which it takes a duplicate.
    ///
    /// A socket of packets carries what ``pipe(duplex:)`` carries. In a stream of bytes, such as TCP's, each message
    /// follows its length; only one process may use such an end at a time, and a process that is killed may leave
    /// a part of a message behind. Descriptors go over local sockets only.
    ///
    /// - Parameters:
    ///   - fileDescriptor: its number; the descriptor stays yours.
    ///   - readable: whether the connection may receive; the end of a pipe that is written never may.
    ///   - writable: whether the connection may send; the end of a pipe that is read never may.
    ///   - wire: what the other end speaks, the library's own protocol or CPython's, which has no packets.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for anything else.
    public convenience init(
        fileDescriptor: Int32, readable: Bool = true, writable: Bool = true,
        protocol wire: ConnectionProtocol = .native
    ) throws {
        do throws(SystemError) {
            let own = try SharedDescriptor(duplicating: fileDescriptor)
            self.init(
                try ConnectionEnd(own, readable: readable, writable: writable, framing: wire.framing))
        } catch {
            throw MultiprocessingError(
                .invalidArgument, "descriptor \(fileDescriptor) is not one that messages can go over",
                cause: error)
        }
        guard isReadable || isWritable else {
            throw MultiprocessingError(.invalidArgument, "a connection has to receive or to send, or both")
        }
    }

    /// Gives this handle up; tasks that wait for it end with an error.
    ///
    /// More than once is the same as once. What was sent is still received. Messages that have come and were not received are lost, unless another
    /// process holds this end as well.
    public func close() { storage.close() }

    /// Whether ``close()`` was called here.
    public var isClosed: Bool { storage.isClosed }

    /// Whether this end receives.
    public var isReadable: Bool { storage.isReadable }

    /// Whether this end sends.
    public var isWritable: Bool { storage.isWritable }

    /// The descriptor, which stays the connection's: for `poll` and the like, not to be read.
    ///
    /// It is readable when a message has come or the other end was closed.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `closed` after ``close()``.
    public var fileDescriptor: Int32 {
        get throws { try storage.link.end.descriptor.raw }
    }
}

extension Connection: CustomStringConvertible {
    /// What it does, and over which descriptor.
    public var description: String {
        let use = isReadable ? (isWritable ? "duplex" : "receives") : "sends"
        guard let raw = try? fileDescriptor else { return "Connection(closed, \(use))" }
        return "Connection(descriptor \(raw), \(use))"
    }
}
