import MultiprocessingCore

/// A whole number in shared memory that is read and changed in single steps, without a lock.
///
/// ```swift
/// let done = try SharedAtomic(0)
/// try await pool.map(files, with: done) { file, done in try index(file); done.add(1) }
/// ```
///
/// Every operation is one step for all processes, and all see the steps in one order. Nobody waits, and a process that is
/// killed leaves nothing half done.
public final class SharedAtomic<Value: FixedWidthInteger & BitwiseCopyable & Sendable>: Sendable {
    private let memory: TypedMemory
    private let word: SharedLongWord

    /// Makes a number.
    ///
    /// - Parameter value: its first value, of a type of at most 64 bits.
    /// - Throws: a ``MultiprocessingError``: `noResources` when the system has no memory or descriptors left,
    ///   `invalidArgument` for a wider type.
    public init(_ value: Value) throws {
        guard Value.bitWidth <= 64 else {
            throw MultiprocessingError(
                .invalidArgument, "\(Value.self) has more than the 64 bits of a SharedAtomic")
        }
        memory = try TypedMemory(of: UInt64.self, count: 1, for: Self.title)
        word = Self.word(memory)
        store(value)
    }

    /// The number that a message brings; only in messages of the library's.
    public init(from decoder: any Decoder) throws {
        let found = try TypedMemory.decode(of: UInt64.self, for: Self.title, from: decoder)
        guard found.count == 1, Value.bitWidth <= 64 else {
            throw MultiprocessingError(.protocolViolation, "\(Self.title) came that is something else")
        }
        memory = found.memory
        word = Self.word(memory)
    }

    private static var title: String { "a SharedAtomic" }

    private static func word(_ memory: TypedMemory) -> SharedLongWord {
        SharedLongWord(memory.region.mapping, at: memory.region.offset)
    }

    private static func bits(_ value: Value) -> UInt64 { UInt64(truncatingIfNeeded: value) }

    /// What the number is.
    public func load() -> Value { Value(truncatingIfNeeded: word.value) }

    /// Makes it another number.
    public func store(_ value: Value) { word.value = Self.bits(value) }

    /// Makes it another number.
    ///
    /// - Parameter value: the new number.
    /// - Returns: what it was before.
    public func exchange(_ value: Value) -> Value {
        Value(truncatingIfNeeded: word.exchange(Self.bits(value)))
    }

    /// Adds to it; what is too large for the type starts over at its smallest number.
    ///
    /// - Parameter amount: what is added, such as 1, or -1.
    /// - Returns: what it is after that.
    @discardableResult
    public func add(_ amount: Value) -> Value {
        while true {
            let found = word.value
            let sum = Value(truncatingIfNeeded: found) &+ amount
            if word.replace(found, with: Self.bits(sum)) { return sum }
        }
    }

    /// Makes it another number if it is the expected one.
    ///
    /// - Parameters:
    ///   - expected: what it has to be.
    ///   - desired: what it becomes then.
    /// - Returns: whether it was, and what it was.
    @discardableResult
    public func compareExchange(expected: Value, desired: Value) -> (exchanged: Bool, original: Value) {
        while true {
            let found = Value(truncatingIfNeeded: word.value)
            if found != expected { return (false, found) }
            if word.replace(Self.bits(expected), with: Self.bits(desired)) { return (true, expected) }
        }
    }
}

extension SharedAtomic: Codable {
    /// Sends the number along with a message; only in messages of the library's to processes of this machine.
    public func encode(to encoder: any Encoder) throws {
        try memory.encode(of: UInt64.self, count: 1, lock: nil, for: Self.title, to: encoder)
    }
}

extension SharedAtomic: CustomStringConvertible {
    /// What the number is at the moment.
    public var description: String { "SharedAtomic(\(load()))" }
}
