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
