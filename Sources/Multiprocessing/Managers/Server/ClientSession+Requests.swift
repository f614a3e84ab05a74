import Distributed
import MultiprocessingCore

extension ClientSession {
    /// A question about the manager itself.
    func takeRequest(_ frame: FrameSlice) throws {
        var frame = frame
        let (id, request) = try frame.read { reader in
            (try reader.bytes.read(UInt64.self), try reader.decode(ManagerRequest.self))
        }
        do {
            switch request {
            case .hello: greet(id)
            case .register(let object, let name):
                try core.register(object, as: name)
                answerNothing(id)
            case .unregister(let name): answer(id, value: core.unregister(name))
            case .resolve(let name, let key): answer(id, value: try resolve(name, key))
            case .names: answer(id, value: core.names)
            case .objectCount: answer(id, value: core.objectCount)
            case .shutdown:
                guard link.isInherited else {
                    throw MultiprocessingError(
                        .notExported, "only the process that started a manager can shut it down")
                }
                answerNothing(id)
                core.endRequest.close(())
            }
        } catch {
            answer(id, error: error)
        }
    }

    private func greet(_ id: UInt64) {
        run(id, isShort: false) { [self] in
            do {
                try await core.ready.wait()?.get()
                answer(
                    id,
                    value: ManagerGreeting(high: core.id.high, low: core.id.low, address: core.address))
            } catch {
                answer(id, error: error)
            }
        }
    }

    private func resolve(_ name: String, _ key: TypeKey) throws -> ManagerSystem.ActorID {
        guard let number = core.object(named: name), let (_, type) = core.exported(number) else {
            throw MultiprocessingError(.notFound, "the manager has no object named \"\(name)\"")
        }
        guard type.matches(key) else {
            throw MultiprocessingError(
                .invalidArgument, "the object named \"\(name)\" is a \(type.type), and not what was asked for"
            )
        }
        return ManagerSystem.ActorID(manager: core.id, number: number, address: core.address)
    }
}
