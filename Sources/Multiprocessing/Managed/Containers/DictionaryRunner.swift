/// The direct methods of a managed dictionary.
struct DictionaryRunner<Key: Hashable & Codable & Sendable, Value: Codable & Sendable>: DirectRunner {
    let room: WaitingRoom<ContainerMachine<DictionaryModel<Key, Value>>>

    func run(_ method: DirectMethod, _ call: inout DirectCall) throws {
        switch method {
        case .value:
            let key = try call.argument(Key.self)
            call.answer(optional: room.update { $0.model.entries[key] })
        case .set:
            let value = try call.argument(Value.self)
            let key = try call.argument(Key.self)
            try room.update { try $0.perform(.set(key, value)) }
            call.answerNothing()
        case .remove:
            let key = try call.argument(Key.self)
            call.answer(
                optional: try room.update { machine in
                    guard let value = machine.model.entries[key] else { return Value?.none }
                    try machine.perform(.remove(key))
                    return value
                })
        case .contains:
            let key = try call.argument(Key.self)
            call.answer(room.update { $0.model.entries[key] != nil })
        case .count: call.answer(room.update { $0.model.entries.count })
        case .append: throw call.isUnknown
        }
    }
}
