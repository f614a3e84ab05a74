import MultiprocessingCore

/// What goes to a worker with a chunk, besides its items: priority, deadline, and task-local values.
///
/// It is a message of its own in front of the chunk's, so that a chunk without one costs nothing.
struct Escort: Sendable {
    let priority: TaskPriority
    let deadline: TaskDeadline?
    let locals: [any BoundTaskLocal]

    /// The message for the calling task's current values; empty when nothing has to be said.
    static func bytes(
        priority: TaskPriority, deadline: TaskDeadline?, locals: [any PropagatedTaskLocal.Type]
    ) throws -> [UInt8] {
        var writer = ByteWriter()
        writer.append(priority.rawValue)
        writer.append(deadline?.moment.nanoseconds ?? 0)
        writer.append(UInt16(0))
        var count: UInt16 = 0
        for local in locals where try local.encodeCurrent(into: &writer) { count += 1 }
        guard count > 0 || deadline != nil || priority != .medium else { return [] }
        writer.overwrite(at: 9, with: count)
        return writer.bytes
    }

    init(from reader: inout ByteReader) throws {
        priority = TaskPriority(rawValue: try reader.read(UInt8.self))
        let moment = try reader.read(UInt64.self)
        deadline = moment > 0 ? TaskDeadline(moment: Deadline(nanoseconds: moment)) : nil
        let count = try reader.read(UInt16.self)
        locals = try (0..<count).map { _ in try decodeTaskLocal(from: &reader) }
    }

    /// Runs `body` with the deadline and the values.
    func accompany(_ body: @escaping @Sendable () async -> Void) async {
        await TaskDeadline.$inherited.withValue(deadline) { await bind(locals[...], body) }
    }

    private func bind(_ rest: ArraySlice<any BoundTaskLocal>, _ body: @escaping @Sendable () async -> Void)
        async
    {
        guard let first = rest.first else { return await body() }
        await first.bind { await bind(rest.dropFirst(), body) }
    }
}
