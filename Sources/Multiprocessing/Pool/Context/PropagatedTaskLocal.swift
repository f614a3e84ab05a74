import MultiprocessingCore

/// A task-local value that travels with the calls of a pool.
///
/// ```swift
/// enum RequestID: PropagatedTaskLocal {
///     @TaskLocal static var current: String?
///     static var taskLocal: TaskLocal<String?> { $current }
/// }
/// configuration.taskLocals = [RequestID.self]
/// try await RequestID.$current.withValue("r-17") {
///     try await pool.apply { print(RequestID.current ?? "none") }
/// }
/// ```
///
/// The value is the one that the calling task has when the call is made. Nil costs nothing.
public protocol PropagatedTaskLocal: SendableMetatype {
    /// What travels.
    associatedtype Value: Codable & Sendable

    /// Where it is in a task.
    static var taskLocal: TaskLocal<Value?> { get }
}

extension PropagatedTaskLocal {
    /// Appends the current value, and how the other side finds its place; false when there is none.
    static func encodeCurrent(into writer: inout ByteWriter) throws -> Bool {
        guard let value = taskLocal.get() else { return false }
        do {
            try TypeReference.encode(Self.self, into: &writer)
            try writer.append(encoding: value)
        } catch {
            throw MultiprocessingError(
                .unencodable, "the task-local value of \(Self.self) could not be encoded", cause: error)
        }
        return true
    }

    fileprivate static func decode(from reader: inout ByteReader) throws -> any BoundTaskLocal {
        BoundValue<Self>(value: try reader.decode(Value.self))
    }
}

/// A value that came with a call, and its place.
protocol BoundTaskLocal: Sendable {
    /// Runs `body` with the value in its place.
    func bind(_ body: @Sendable () async -> Void) async
}

private struct BoundValue<Key: PropagatedTaskLocal>: BoundTaskLocal {
    let value: Key.Value

    func bind(_ body: @Sendable () async -> Void) async {
        await Key.taskLocal.withValue(value, operation: body)
    }
}

/// Reads what `encodeCurrent` wrote; only for bytes from a channel that was inherited.
func decodeTaskLocal(from reader: inout ByteReader) throws -> any BoundTaskLocal {
    let found = try TypeReference.decode(from: &reader, trust: .inheritedChannel)
    guard let key = found as? any PropagatedTaskLocal.Type else {
        throw WireError.malformed("a task-local value of a type that is none")
    }
    return try key.decode(from: &reader)
}
