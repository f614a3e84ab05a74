import MultiprocessingCore

/// A list of a fixed length in shared memory, whose elements are of mixed kinds; Python's `ShareableList`.
///
/// ```swift
/// let list = try SharedList(["howdy", -273.154, 100, nil, true])
/// try list.set(42, at: 3)
/// let child = ChildProcess(list) { list in print(list[0]) }
/// ```
///
/// An element is replaced as a whole: readers see the old value or the new one, also when the process that writes is
/// killed meanwhile, and reading waits for nobody. Each place has the room that its first value took, at least 8 bytes;
/// another kind of value may come there if it fits. The handle that is sent to another process is small, whatever the
/// list holds.
public final class SharedList: Sendable {
    /// The memory that the list is in; its name, if it has one, is the list's.
    public let memory: SharedMemory
    let table: SlotTable

    /// How many elements it has; that does not change.
    public var count: Int { table.count }

    /// Makes a list without a name.
    ///
    /// - Parameters:
    ///   - values: the elements; none of them an array or a dictionary.
    ///   - room: bytes for the value of each place, at least; a text takes those of its UTF-8.
    /// - Throws: a ``MultiprocessingError``: `invalidArgument` for an array or a dictionary among them, `noResources`
    ///   when there is no room for the list.
    public convenience init(_ values: [MixedValue], room: Int = 0) throws {
        let encoded = try Self.encoded(values)
        let layout = SlotLayout(encoded.map(\.bytes.count), atLeast: room)
        let memory = try SharedMemory(count: layout.size)
        try memory.withMutableBytes { layout.write(encoded, to: &$0) }
        try self.init(memory)
    }

    /// Makes a list that has a name, and that belongs to this process.
    ///
    /// - Parameters:
    ///   - name: one that no other memory of this machine has; nil makes one that nobody can guess.
    ///   - values: the elements; none of them an array or a dictionary.
    ///   - room: bytes for the value of each place, at least.
    /// - Throws: the same as without a name, and as ``SharedMemory/init(creating:count:initializing:)``.
    public convenience init(creating name: String?, _ values: [MixedValue], room: Int = 0) throws {
        let encoded = try Self.encoded(values)
        let layout = SlotLayout(encoded.map(\.bytes.count), atLeast: room)
        try self.init(
            SharedMemory(creating: name, count: layout.size) { layout.write(encoded, to: &$0) })
    }

    /// Uses a list that another process made, by its name.
    ///
    /// - Parameter name: the name.
    /// - Throws: a ``MultiprocessingError``: `notFound` when there is no such list, or not any more, `invalidArgument`
    ///   for memory in which there is no list.
    public convenience init(attaching name: String) throws {
        try self.init(SharedMemory(attaching: name))
    }

    init(_ memory: SharedMemory) throws {
        guard let table = try SlotTable(memory.region.mapping, count: memory.count) else {
            throw MultiprocessingError(.invalidArgument, "there is no list in \(memory.title)")
        }
        self.memory = memory
        self.table = table
    }

    /// Makes a list of the same elements that is independent of this one.
    ///
    /// - Parameters:
    ///   - name: its name, or nil for a list without one.
    ///   - room: bytes for the value of each place, at least; as many as here if that is more.
    /// - Returns: the copy.
    /// - Throws: the same as the making of a list.
    public func copy(creating name: String? = nil, room: Int = 0) throws -> SharedList {
        let encoded = (0..<count).map { table.read($0) }
        let layout = SlotLayout((0..<count).map(table.room), atLeast: room)
        guard let name else {
            let memory = try SharedMemory(count: layout.size)
            try memory.withMutableBytes { layout.write(encoded, to: &$0) }
            return try SharedList(memory)
        }
        return try SharedList(
            SharedMemory(creating: name, count: layout.size) { layout.write(encoded, to: &$0) })
    }

    /// Replaces the element at an index.
    ///
    /// - Parameters:
    ///   - value: the new element; neither an array nor a dictionary.
    ///   - index: where, in `0..<count`.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` when there is no such place, or when it has
    ///   not the room for the value. The old one stays then.
    public func set(_ value: MixedValue, at index: Int) throws {
        guard indices.contains(index) else {
            throw MultiprocessingError(
                .invalidArgument, "there is no place \(index) in a list of \(count) elements")
        }
        let slot = try Self.encoded([value])[0]
        guard slot.bytes.count <= table.room(of: index) else {
            throw MultiprocessingError(
                .invalidArgument,
                "a value of \(slot.bytes.count) bytes does not fit at \(index), where there is room for "
                    + "\(table.room(of: index)); make the list with more room")
        }
        table.write(slot, at: index)
    }

    /// The element at an index from the end, of which 1 is the last; Python's negative indices.
    public subscript(fromEnd distance: Int) -> MixedValue { self[count - distance] }

    /// How many elements are equal to a value.
    public func count(of value: MixedValue) -> Int { count { $0 == value } }

    private static func encoded(_ values: [MixedValue]) throws -> [SlotValue] {
        try values.map { value in
            guard let slot = value.slot else {
                throw MultiprocessingError(
                    .invalidArgument,
                    "a SharedList holds texts, bytes, numbers, truth values and nil, and not \(value)")
            }
            return slot
        }
    }
}

extension SharedList: RandomAccessCollection {
    /// Where the first element is, also in an empty list.
    public var startIndex: Int { 0 }
    /// The index behind the last element.
    public var endIndex: Int { count }

    /// The element at an index, which has to be one of the list's.
    ///
    /// It is `null` where another process has left something that is no value.
    public subscript(index: Int) -> MixedValue {
        precondition(indices.contains(index), "there is no place \(index) in a list of \(count) elements")
        return MixedValue(table.read(index))
    }
}

extension SharedList: Codable {
    /// The list that a message brings, under the same conditions as the memory of it.
    public convenience init(from decoder: any Decoder) throws {
        try self.init(SharedMemory(from: decoder))
    }

    /// Sends the list along with a message, under the same conditions as the memory of it.
    public func encode(to encoder: any Encoder) throws {
        try memory.encode(to: encoder)
    }
}

extension SharedList: CustomStringConvertible {
    /// The elements, and the name if it has one.
    public var description: String {
        "SharedList(\(Array(self))\(memory.name.map { ", name: \"\($0)\"" } ?? ""))"
    }
}

extension MixedValue {
    /// The value as it lies in shared memory; nil for one that holds others.
    fileprivate var slot: SlotValue? {
        switch self {
        case .null: SlotValue(.null, [])
        case .bool(let value): SlotValue(.bool, [value ? 1 : 0])
        case .int(let value): SlotValue(.int, UInt64(bitPattern: Int64(value)))
        case .double(let value): SlotValue(.double, value.bitPattern)
        case .string(let value): SlotValue(.string, Array(value.utf8))
        case .bytes(let value): SlotValue(.bytes, value)
        case .array, .dictionary: nil
        }
    }

    fileprivate init(_ slot: SlotValue) {
        switch slot.kind {
        case .null: self = .null
        case .bool: self = slot.bytes.first.map { .bool($0 != 0) } ?? .null
        case .int: self = slot.number.map { .int(Int(truncatingIfNeeded: $0)) } ?? .null
        case .double: self = slot.number.map { .double(Double(bitPattern: $0)) } ?? .null
        case .string: self = .string(String(decoding: slot.bytes, as: UTF8.self))
        case .bytes: self = .bytes(slot.bytes)
        }
    }
}
