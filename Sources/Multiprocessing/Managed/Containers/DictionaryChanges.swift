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

    /// How many changes there are.
    var count: Int { kinds.count }

    /// Changes that are made together.
    enum Step {
        /// As many keys as values.
        case set(ArraySlice<Key>, ArraySlice<Value>)
        case remove(Key)
        case replaceAll([Key: Value])
    }

    /// Calls the body with all steps in order, when they have been checked.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for what nobody has put together so.
    func visit(_ body: (Step) -> Void) throws {
        let (sets, removals) = (count(of: .set), count(of: .remove))
        let replacements = count(of: .replaceAll)
        guard sets + removals == keys.count, sets == values.count, replacements == contents.count,
            sets + removals + replacements == kinds.count
        else { throw SupplyError.isOver }
        var (index, key, value, content) = (0, 0, 0, 0)
        while index < kinds.count {
            switch kinds[index] {
            case Kind.set.rawValue:
                let end = kinds[index...].firstIndex { $0 != Kind.set.rawValue } ?? kinds.endIndex
                let length = end - index
                body(.set(keys[key..<key + length], values[value..<value + length]))
                (index, key, value) = (end, key + length, value + length)
            case Kind.remove.rawValue:
                body(.remove(keys[key]))
                (index, key) = (index + 1, key + 1)
            default:
                body(.replaceAll(contents[content]))
                (index, content) = (index + 1, content + 1)
            }
        }
    }

    private func count(of kind: Kind) -> Int { kinds.count { $0 == kind.rawValue } }

    /// The changes, one by one.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for what nobody has put together so.
    func operations() throws -> [ManagedDictionaryOperation<Key, Value>] {
        var operations: [ManagedDictionaryOperation<Key, Value>] = []
        try visit { step in
            switch step {
            case .set(let keys, let values):
                for (key, value) in zip(keys, values) { operations.append(.set(key, value)) }
            case .remove(let key): operations.append(.remove(key))
            case .replaceAll(let content): operations.append(.replaceAll(with: content))
            }
        }
        return operations
    }
}

extension ContainerMachine {
    /// Makes changes of a dictionary that came together.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for what nobody has put together so.
    mutating func perform<Key, Value>(_ changes: DictionaryChanges<Key, Value>) throws
    where Model == DictionaryModel<Key, Value> {
        try perform(changes.count, { try $0.apply(changes) }, changes.operations)
    }
}
