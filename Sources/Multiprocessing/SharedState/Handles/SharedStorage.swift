import MultiprocessingCore

/// What one process has of a shared object: its memory, and those of its tasks that wait.
///
/// There is one for each object in a process, however many handles came in and on whatever way, so that its tasks
/// stand in one line.
protocol SharedStorage: AnyObject, Sendable {
    /// A number that no other kind of object has.
    static var kind: UInt64 { get }
    /// What the object is called in errors, such as "a SharedLock".
    static var title: String { get }
    /// Bytes of its state.
    static var stateSize: Int { get }

    var object: SharedObject { get }

    /// The storage of an object that exists, and whose state is complete.
    init(_ object: SharedObject) throws

    /// In a forked copy of the process: forgets the tasks that wait, which the copy does not have.
    func forgetWaiters()
}

extension SharedStorage {
    /// Makes an object, and what this process has of it.
    ///
    /// - Parameter prepare: writes the state that is not zero; it runs before any other process can see it.
    /// - Returns: the storage, which others find now.
    /// - Throws: a `MultiprocessingError` when the system has no memory or descriptors left.
    static func make(_ prepare: (SharedMapping) throws -> Void = { _ in }) throws -> Self {
        let object: SharedObject
        do {
            object = try SharedObject(kind: kind, name: "mp-shared", count: stateSize)
        } catch {
            throw MultiprocessingError(.noResources, "\(title) could not be made", cause: error)
        }
        try prepare(object.memory)
        return try SharedObjects.add(Self(object))
    }

    /// Encodes the object, as a part of a message to another process.
    func encode(to encoder: any Encoder) throws {
        let index = try encoder.attach(object.file, of: Self.title)
        try SharedReference(id: object.id, attachment: index).encode(to: encoder)
    }

    /// The storage of the object that a message brings.
    static func decode(from decoder: any Decoder) throws -> Self {
        let reference = try SharedReference(from: decoder)
        if let known = SharedObjects.find(reference.id, as: Self.self) { return known }
        let file = try decoder.attachment(reference.attachment, of: title)
        let object = try SharedObject(file, kind: kind, count: stateSize)
        guard object.id == reference.id else {
            throw MultiprocessingError(.protocolViolation, "\(title) came with the memory of another object")
        }
        return try SharedObjects.add(Self(object))
    }
}

/// What stands in a message for a shared object.
private struct SharedReference: Codable {
    let id: SharedObject.ID
    let attachment: Int
}
