import Distributed
import MultiprocessingCore

extension ClientSession {
    /// A call of a method.
    func takeCall(_ frame: FrameSlice) throws {
        var frame = frame
        let (id, object, number, keys) = try frame.read { reader in
            let id = try reader.bytes.read(UInt64.self)
            let object = try reader.bytes.read(UInt64.self)
            let number = try reader.bytes.read(UInt32.self)
            let count = try reader.bytes.read(UInt8.self)
            let keys = try (0..<count).map { _ throws(WireError) in try TypeKey(from: &reader.bytes) }
            return (id, object, number, keys)
        }
        let name = try target(number)
        do {
            guard let (actor, type) = core.exported(object) else {
                throw MultiprocessingError.objectGone(object)
            }
            let types = try keys.map { try KnownTypes.type(of: $0, isInherited: link.isInherited) }
            let target = try type.target(name, types)
            let decoder = ManagerSystem.InvocationDecoder(arguments: frame, types: types)
            let handler = ManagerSystem.ResultHandler(id, to: self)
            run(id, isShort: target.isShort) { await target.run(on: actor, decoder, handler) }
        } catch {
            answer(id, error: error)
        }
    }

    /// A closure that makes an object.
    func takeCreation(_ frame: FrameSlice) throws {
        var frame = frame
        let id = try frame.read { try $0.bytes.read(UInt64.self) }
        guard link.isInherited else {
            return answer(
                id,
                error: MultiprocessingError(
                    .notExported, "closures are accepted from the process that started the manager only"))
        }
        do {
            let make = try frame.read { reader in
                try InvocationCoder.decode(from: &reader).prepareResult(&reader)
            }
            run(id, isShort: false) { [self] in
                do {
                    let made = try await ServerCore.$current.withValue(core) { try await make() }
                    answer(id, value: made)
                } catch {
                    answer(id, error: error)
                }
            }
        } catch {
            answer(
                id,
                error: MultiprocessingError(.undecodable, "the manager cannot decode a closure", cause: error)
            )
        }
    }

    // MARK: Answers

    func answer(_ id: UInt64, value: some Codable) {
        let grants = GrantList(self)
        var message = MessageWriter()
        do {
            try message.append(encoding: value, for: grants.userInfo)
            let numbers = grants.all
            try link.append(.value, attachments: message.attachments) { writer in
                writer.append(id)
                writer.append(UInt16(numbers.count))
                for number in numbers { writer.append(number) }
                writer.append(contentsOf: message.bytes.bytes)
            }
        } catch {
            grants.revoke()
            return answer(
                id,
                error: error as? MultiprocessingError
                    ?? MultiprocessingError(
                        .unencodable, "what a managed object returned could not be encoded", cause: error))
        }
        flush()
    }

    func answerNothing(_ id: UInt64) {
        try? link.append(.nothing) { $0.append(id) }
        flush()
    }

    func answer(_ id: UInt64, error: any Error) {
        try? link.append(.failure) { writer in
            writer.append(id)
            ErrorTransport.encodeKeyed(error, into: &writer)
        }
        flush()
    }

    /// What the loop answers goes together, when it has read what there is.
    private func flush() {
        if core.loop.isCurrent {
            core.loop.answered(self)
        } else {
            link.flush()
        }
    }
}
