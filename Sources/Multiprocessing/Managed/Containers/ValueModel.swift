/// A change of a managed value.
public enum ManagedValueOperation<Value: Codable & Sendable>: Codable, Sendable {
    /// It became another.
    case set(Value)
}

extension ManagedValueOperation: Equatable where Value: Equatable {}

/// What a managed value holds.
struct ValueModel<Value: Codable & Sendable>: ManagedModel {
    private(set) var content: Value

    init(_ content: Value) {
        self.content = content
    }

    static func replacing(with content: Value) -> ManagedValueOperation<Value> { .set(content) }

    mutating func apply(_ operation: ManagedValueOperation<Value>) {
        switch operation {
        case .set(let value): content = value
        }
    }
}
