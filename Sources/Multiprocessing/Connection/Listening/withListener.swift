/// Runs `body` with a listener that ends with it.
///
/// - Parameters:
///   - address: where it listens; nil makes a local socket in a new folder that only this user can look into.
///   - key: what clients have to have; nil lets in every program of this user, for local sockets with a file only.
///   - backlog: how many connections may wait to be accepted.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the listener; connections that it accepts stay until they are closed.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws; a ``MultiprocessingError`` when nobody can listen there.
public func withListener<Result>(
    _ address: ListenerAddress? = nil, key: AuthenticationKey?, backlog: Int = 128,
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Listener) async throws -> Result
) async throws -> Result {
    let listener = try await Listener(address, key: key, backlog: backlog)
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
///   - timeout: for connecting; nil leaves the time until there is a connection to the system.
///   - isolation: the actor that `body` runs on, by default the caller's.
///   - body: what to do with the connection.
/// - Returns: what `body` returned.
/// - Throws: what `body` throws, and as ``Connection/connect(to:key:timeout:maximumLength:)``.
public func withConnection<Result>(
    to address: ListenerAddress, key: AuthenticationKey?, timeout: Duration? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: @concurrent (Connection) async throws -> Result
) async throws -> Result {
    let connection = try await Connection.connect(to: address, key: key, timeout: timeout)
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
