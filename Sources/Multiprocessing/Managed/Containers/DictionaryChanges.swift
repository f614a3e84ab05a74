/// Changes of a dictionary as they travel together: what is alike lies side by side, which is many times as fast as one
/// after the other.
struct DictionaryChanges<Key: Hashable & Codable & Sendable, Value: Codable & Sendable>: Codable, Sendable {
    private enum Kind: UInt8 {
        case set, remove, replaceAll
    }

    private var kinds: [UInt8] = []
    private var keys: [Key] = []
    private var values: [Value] = []
    private var contents: [[Key: Value]] = []

    init() {}

    var isEmpty: Bool { kinds.isEmpty }

    mutating func set(_ key: Key, _ value: Value) {
        kinds.append(Kind.set.rawValue)
        keys.append(key)
        values.append(value)
    }

    mutating func remove(_ key: Key) {
        kinds.append(Kind.remove.rawValue)
        keys.append(key)
    }

    mutating func replaceAll(with content: [Key: Value]) {
        kinds.append(Kind.replaceAll.rawValue)
        contents.append(content)
    }

    /// The changes, one by one.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for what nobody has put together so.
    func operations() throws -> [ManagedDictionaryOperation<Key, Value>] {
        var (keys, values, contents) = (Supply(keys), Supply(values), Supply(contents))
        return try kinds.map { kind in
            switch Kind(rawValue: kind) {
            case .set: .set(try keys.next(), try values.next())
            case .remove: .remove(try keys.next())
            case .replaceAll: .replaceAll(with: try contents.next())
            case nil: throw SupplyError.isOver
            }
        }
    }
}
