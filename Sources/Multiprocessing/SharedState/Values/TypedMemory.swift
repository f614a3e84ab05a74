import MultiprocessingCore

/// The memory of a shared value or array: a lock that it may have, and its bytes, from which on is said by their type.
struct TypedMemory: Sendable {
    /// Where the bytes begin, if they need not be aligned to more.
    private static let firstByte = 128

    let object: SharedObject
    let region: MemoryRegion

    /// Makes memory for so many elements of a type, all zero.
    init<Element>(of type: Element.Type, count: Int, for title: String) throws {
        let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        let start = Self.start(type)
        guard !isTooMuch, bytes <= Int.max / 2 else {
            throw MultiprocessingError(
                .noResources, "\(title) of \(count) elements is larger than any memory")
        }
        do {
            // A lock lies at the beginning, so that the memory is one of a lock, too.
            object = try SharedObject(
                kind: LockStorage.kind, name: "mp-value", count: start - SharedObject.start + bytes)
        } catch {
            throw MultiprocessingError(
                .noResources, "\(title) of \(bytes) bytes could not be made", cause: error)
        }
        region = MemoryRegion(object.memory, at: start, count: bytes)
    }

    private static func start<Element>(_ type: Element.Type) -> Int {
        max(firstByte, MemoryLayout<Element>.alignment)
    }

    /// The lock that lies in the memory.
    var lock: SharedLock {
        if let known = SharedObjects.find(object.id, as: LockStorage.self) { return SharedLock(known) }
        return SharedLock(SharedObjects.add(LockStorage(object)))
    }

    // MARK: Sending

    /// What stands in a message for a value or an array.
    private struct Reference: Codable {
        let id: SharedObject.ID
        let attachment: Int
        let count: Int
        let elementSize: Int
        let hasOwnLock: Bool
        let lock: SharedLock?
    }

    func encode<Element>(
        of type: Element.Type, count: Int, lock: SharedLock?, for title: String, to encoder: any Encoder
    ) throws {
        let attachment = try encoder.attach(object.file, of: title)
        let hasOwnLock = lock.map { $0.storage.object.id == object.id } ?? false
        let reference = Reference(
            id: object.id, attachment: attachment, count: count, elementSize: MemoryLayout<Element>.size,
            hasOwnLock: hasOwnLock, lock: hasOwnLock ? nil : lock)
        try reference.encode(to: encoder)
    }

    static func decode<Element>(
        of type: Element.Type, for title: String, from decoder: any Decoder
    ) throws -> (memory: TypedMemory, count: Int, lock: SharedLock?) {
        let reference = try Reference(from: decoder)
        let file = try decoder.attachment(reference.attachment, of: title)
        let (bytes, isTooMuch) = reference.count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard reference.count >= 0, !isTooMuch, bytes <= Int.max / 2,
            reference.elementSize == MemoryLayout<Element>.size
        else {
            throw MultiprocessingError(.protocolViolation, "\(title) came that is not one of \(type)")
        }
        let start = start(type)
        let object: SharedObject
        do {
            object = try SharedObject(
                file, kind: LockStorage.kind, count: start - SharedObject.start + bytes)
        } catch let error as SystemError {
            throw MultiprocessingError(.noResources, "\(title) could not be mapped", cause: error)
        } catch {
            throw MultiprocessingError(
                .protocolViolation, "\(title) came that cannot be trusted", cause: error)
        }
        guard object.id == reference.id else {
            throw MultiprocessingError(.protocolViolation, "\(title) came with the memory of another object")
        }
        let memory = TypedMemory(
            object: object, region: MemoryRegion(object.memory, at: start, count: bytes))
        return (memory, reference.count, reference.hasOwnLock ? memory.lock : reference.lock)
    }

    private init(object: SharedObject, region: MemoryRegion) {
        self.object = object
        self.region = region
    }

    static func lock(of title: String, _ lock: SharedLock?) throws -> SharedLock {
        guard let lock else {
            throw MultiprocessingError(
                .invalidArgument,
                "\(title) that was made raw has no lock; use synchronized(lock:) to give it one")
        }
        return lock
    }
}
