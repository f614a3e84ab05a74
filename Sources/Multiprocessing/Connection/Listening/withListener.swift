/// Runs `body` with a listener that ends with it.
///
/// - Parameters:
///   - address: where it listens; nil makes a local socket in a new folder that only this user can look into.
///   - key: what clients have to have; nil lets in every program of this user, for local sockets with a file only.
///   - wire: what it speaks, the library's own protocol or CPython's.
///   - backlog: how many connections may wait to be accepted.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the listener; connections that it accepts stay until they are closed.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws; a ``MultiprocessingError`` when nobody can listen there.
public func withListener<Result>(
    _ address: ListenerAddress? = nil, key: AuthenticationKey?,
    protocol wire: ConnectionProtocol = .native, backlog: Int = 128,
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Listener) async throws -> Result
) async throws -> Result {
    let listener = try await Listener(address, key: key, protocol: wire, backlog: backlog)
    defer { listener.close() }
    return try await body(listener)
}

/// Runs `body` with a listener that has the key of this process, and ends with it.
///
/// - Parameters:
///   - address: where it listens; nil makes a local socket in a new folder that only this user can look into.
///   - backlog: how many connections may wait to be accepted.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the listener; connections that it accepts stay until they are closed.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws; a ``MultiprocessingError`` when nobody can listen there.
public func withListener<Result>(
    _ address: ListenerAddress? = nil, backlog: Int = 128, isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Listener) async throws -> Result
) async throws -> Result {
    let listener = try await Listener(address, backlog: backlog)
    defer { listener.close() }
    return try await body(listener)
}

/// Runs `body` with a connection to a listener, which is closed behind it.
///
/// - Parameters:
///   - address: where the listener is.
///   - key: the listener's key; nil for one without a key, which only a local socket with a file can be.
///   - wire: what the listener speaks, the library's own protocol or CPython's.
///   - timeout: for connecting; nil leaves the time until there is a connection to the system.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the connection.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws, and as ``Connection/connect(to:key:protocol:timeout:maximumLength:)``.
public func withConnection<Result>(
    to address: ListenerAddress, key: AuthenticationKey?, protocol wire: ConnectionProtocol = .native,
    timeout: Duration? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Connection) async throws -> Result
) async throws -> Result {
    let connection = try await Connection.connect(
        to: address, key: key, protocol: wire, timeout: timeout)
    defer { connection.close() }
    return try await body(connection)
}

/// Runs `body` with a connection to a listener that has the key of this process; it is closed behind it.
///
/// - Parameters:
///   - address: where the listener is.
///   - timeout: for connecting; nil leaves the time until there is a connection to the system.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the connection.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws, and as ``Connection/connect(to:timeout:maximumLength:)``.
public func withConnection<Result>(
    to address: ListenerAddress, timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Connection) async throws -> Result
) async throws -> Result {
    let connection = try await Connection.connect(to: address, timeout: timeout)
    defer { connection.close() }
    return try await body(connection)
}
