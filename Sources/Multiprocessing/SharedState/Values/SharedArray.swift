import MultiprocessingCore

/// An array of a fixed length in shared memory, with a lock; Python's `multiprocessing.Array`.
///
/// ```swift
/// let samples = try SharedArray<Float>(repeating: 0, count: 1_000_000)
/// let child = ChildProcess(samples) { samples in try await samples.withLock { $0[0] = 1 } }
/// ```
///
/// Nothing is copied: all handles of it, in whatever process, stand for the same elements, which have no references in
/// them, as with ``SharedValue``. Single elements and slices are read and written without the lock. For loops over many
/// elements, ``withSpan(_:)``, ``withMutableSpan(_:)`` and ``withLock(timeout:isolation:_:)`` are the fastest.
public final class SharedArray<Element: BitwiseCopyable & Sendable>: Sendable {
    let memory: TypedMemory
    /// How many elements it has; that does not change.
    public let count: Int
    /// What keeps others away in `withLock`; nil for an array that was made raw.
    public let lock: SharedLock?

    init(_ memory: TypedMemory, count: Int, lock: SharedLock?) {
        self.memory = memory
        self.count = count
        self.lock = lock
    }

    static var title: String { "a SharedArray" }
    static var stride: Int { MemoryLayout<Element>.stride }

    /// Makes an array of equal elements that has a lock of its own.
    ///
    /// - Parameters:
    ///   - element: what all elements are.
    ///   - count: how many, from zero.
    /// - Throws: a ``MultiprocessingError``: `invalidArgument` for less than zero elements, `noResources` when there is no
    ///   room for them or the system has no descriptors left.
    public convenience init(repeating element: Element, count: Int) throws {
        let memory = try Self.memory(repeating: element, count: count)
        self.init(memory, count: count, lock: memory.lock)
    }

    /// Makes an array of the elements of a collection that has a lock of its own.
    ///
    /// - Parameter elements: what is copied in.
    /// - Throws: a ``MultiprocessingError`` with the code `noResources` when there is no room for them or the system has no
    ///   descriptors left.
    public convenience init(_ elements: some Collection<Element>) throws {
        let (memory, count) = try Self.memory(elements)
        self.init(memory, count: count, lock: memory.lock)
    }

    /// Makes an array that is guarded by a lock of the caller's.
    ///
    /// - Parameters:
    ///   - elements: what is copied in.
    ///   - lock: may guard several arrays and values.
    /// - Throws: the same as with a lock of its own.
    public convenience init(_ elements: some Collection<Element>, lock: SharedLock) throws {
        let (memory, count) = try Self.memory(elements)
        self.init(memory, count: count, lock: lock)
    }

    /// Makes an array of equal elements without a lock; Python's `RawArray`.
    ///
    /// - Parameters:
    ///   - element: what all elements are.
    ///   - count: how many, from zero.
    /// - Throws: the same as with a lock.
    public convenience init(rawRepeating element: Element, count: Int) throws {
        self.init(try Self.memory(repeating: element, count: count), count: count, lock: nil)
    }

    /// Makes an array of the elements of a collection without a lock; Python's `RawArray`.
    ///
    /// - Parameter elements: what is copied in.
    /// - Throws: the same as with a lock.
    public convenience init(raw elements: some Collection<Element>) throws {
        let (memory, count) = try Self.memory(elements)
        self.init(memory, count: count, lock: nil)
    }

    private static func memory(repeating element: Element, count: Int) throws -> TypedMemory {
        guard count >= 0 else {
            throw MultiprocessingError(.invalidArgument, "\(title) cannot have \(count) elements")
        }
        let memory = try TypedMemory(of: Element.self, count: count, for: title)
        // Fresh memory is zero, and stays untouched if that is what it has to be.
        if !isZero(element) { memory.region.withElements(of: Element.self) { $0.update(repeating: element) } }
        return memory
    }

    private static func isZero(_ element: Element) -> Bool {
        withUnsafeBytes(of: element) { $0.allSatisfy { $0 == 0 } }
    }

    private static func memory(_ elements: some Collection<Element>) throws -> (TypedMemory, Int) {
        let count = elements.count
        let memory = try TypedMemory(of: Element.self, count: count, for: title)
        memory.region.withElements(of: Element.self) { target in
            // A collection may give fewer or more than it said; the rest is zero then, or left out.
            if elements.withContiguousStorageIfAvailable({ _ = target.update(from: $0.prefix(count)) }) == nil
            {
                for (place, element) in zip(target.indices, elements) { target[place] = element }
            }
        }
        return (memory, count)
    }

    /// Makes a raw array of the same elements that is independent of this one; Python's `sharedctypes.copy`.
    ///
    /// - Returns: the copy.
    /// - Throws: the same as the making of an array.
    public func copy() throws -> SharedArray { try SharedArray(raw: self) }

    /// Makes a handle of the same array that has a lock; Python's `sharedctypes.synchronized`.
    ///
    /// - Parameter lock: nil for one that belongs to the array; then all such handles of it have the same one.
    /// - Returns: the handle. Others of the same array are what they were.
    public func synchronized(lock: SharedLock? = nil) -> SharedArray {
        SharedArray(memory, count: count, lock: lock ?? memory.lock)
    }
}

extension SharedArray: Codable {
    /// The array that a message brings; only in messages of the library's.
    public convenience init(from decoder: any Decoder) throws {
        let found = try TypedMemory.decode(of: Element.self, for: Self.title, from: decoder)
        self.init(found.memory, count: found.count, lock: found.lock)
    }

    /// Sends the array along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try memory.encode(of: Element.self, count: count, lock: lock, for: Self.title, to: encoder)
    }
}

extension SharedArray: CustomStringConvertible {
    /// Its type and length, and no elements: there may be many.
    public var description: String {
        "SharedArray<\(Element.self)>(count: \(count)\(lock == nil ? ", raw" : ""))"
    }
}
