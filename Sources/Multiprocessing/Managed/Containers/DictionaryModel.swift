/// A change of a managed dictionary.
public enum ManagedDictionaryOperation<Key: Hashable & Codable & Sendable, Value: Codable & Sendable>:
    Codable, Sendable
{
    /// A key got a value.
    case set(Key, Value)
    /// A key is not there any more.
    case remove(Key)
    /// All keys and values became others.
    case replaceAll(with: [Key: Value])
}

extension ManagedDictionaryOperation: Equatable where Value: Equatable {}

/// The keys and values of a managed dictionary.
struct DictionaryModel<Key: Hashable & Codable & Sendable, Value: Codable & Sendable>: ManagedModel {
    typealias Operation = ManagedDictionaryOperation<Key, Value>

    private(set) var entries = OrderedEntries<Key, Value>()

    init(_ content: [Key: Value]) {
        for (key, value) in content { entries[key] = value }
    }

    var content: [Key: Value] { entries.table }

    static func replacing(with content: [Key: Value]) -> Operation { .replaceAll(with: content) }

    /// Makes changes that came together.
    ///
    /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for what nobody has put together so.
    mutating func apply(_ changes: DictionaryChanges<Key, Value>) throws {
        try changes.visit { step in
            switch step {
            case .set(let keys, let values): entries.set(keys, values)
            case .remove(let key): entries[key] = nil
            case .replaceAll(let content): apply(.replaceAll(with: content))
            }
        }
    }

    mutating func apply(_ operation: Operation) {
        switch operation {
        case .set(let key, let value): entries[key] = value
        case .remove(let key): entries[key] = nil
        case .replaceAll(let content):
            // Keys that stay keep their places.
            for key in entries.keys where content[key] == nil { entries[key] = nil }
            for (key, value) in content { entries[key] = value }
        }
    }
}
