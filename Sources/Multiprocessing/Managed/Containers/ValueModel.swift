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

/// The direct methods of a managed value.
struct SingleValueRunner<Value: Codable & Sendable>: DirectRunner {
    let room: WaitingRoom<ContainerMachine<ValueModel<Value>>>

    func run(_ method: DirectMethod, _ call: inout DirectCall) throws {
        switch method {
        case .value: call.answer(room.update { $0.model.content })
        case .set:
            let value = try call.argument(Value.self)
            try room.update { try $0.perform(.set(value)) }
            call.answerNothing()
        case .count, .contains, .append, .remove: throw call.isUnknown
        }
    }
}
