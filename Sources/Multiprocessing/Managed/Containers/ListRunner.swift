/// The direct methods of a managed list.
struct ListRunner<Element: Codable & Sendable>: DirectRunner {
    let room: WaitingRoom<ContainerMachine<ListModel<Element>>>

    func run(_ method: DirectMethod, _ call: inout DirectCall) throws {
        switch method {
        case .value:
            let index = try call.argument(Int.self)
            call.answer(try room.update { try $0.model.element(at: index) })
        case .set:
            let element = try call.argument(Element.self)
            let index = try call.argument(Int.self)
            try room.update { try $0.perform(.set(element, at: index)) }
            call.answerNothing()
        case .append:
            let element = try call.argument(Element.self)
            try room.update { try $0.perform(.append([element])) }
            call.answerNothing()
        case .count: call.answer(room.update { $0.model.content.count })
        case .contains, .remove: throw call.isUnknown
        }
    }
}
