import Distributed
import MultiprocessingCore
import Synchronization

extension ClientSession {
    /// A call of a method.
    func takeCall(_ frame: FrameSlice) throws {
        var frame = frame
        let (head, keys) = try frame.read { reader in
            let head = try CallHead(from: &reader.bytes)
            guard head.keyCount > 0 else { return (head, [TypeKey]()) }
            let keys = try (0..<head.keyCount).map { _ throws(WireError) in
                try TypeKey(from: &reader.bytes)
            }
            return (head, keys)
        }
        do {
            if let method = try directMethod(head.method), keys.isEmpty {
                return runDirectly(method, of: try core.directObject(head.object), head.call, frame)
            }
            guard let (actor, type) = core.exported(head.object) else {
                // Whatever else is wrong with the frame counts more.
                try checkMethod(head.method)
                throw MultiprocessingError.objectGone(head.object)
            }
            let (target, types) = try target(head.method, keys, of: type)
            let decoder = ManagerSystem.InvocationDecoder(arguments: frame, types: types)
            run(head.call, isShort: target.isShort) { [self] in
                await target.run(on: actor, decoder, for: self, head.call)
            }
        } catch let error as WireError {
            throw error
        } catch {
            answer(head.call, error: error)
        }
    }

    private func directMethod(_ number: UInt32) throws(WireError) -> DirectMethod? {
        try state.withLock { state throws(WireError) in
            guard state.client != nil else { throw .stranger }
            return state.methods.directMethod(number)
        }
    }

    private func checkMethod(_ number: UInt32) throws(WireError) {
        try state.withLock { state throws(WireError) in
            guard state.client != nil else { throw .stranger }
            _ = try state.methods.name(number)
        }
    }

    private func target(
        _ number: UInt32, _ keys: [TypeKey], of type: ExportedType
    ) throws -> (ExportedTarget, [any Any.Type]) {
        let known = try state.withLock { state throws(WireError) -> ExportedTarget? in
            guard state.client != nil else { throw .stranger }
            return keys.isEmpty ? state.methods.target(number, of: type) : nil
        }
        if let known { return (known, []) }
        let name = try state.withLock { state throws(WireError) in try state.methods.name(number) }
        let types = try keys.map { try KnownTypes.type(of: $0, isInherited: link.isInherited) }
        let target = try type.target(name, types)
        if keys.isEmpty { state.withLock { $0.methods.remember(target, of: type, for: number) } }
        return (target, types)
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
}

/// What the frame of a call begins with.
private struct CallHead {
    let call: UInt64
    let object: UInt64
    let method: UInt32
    /// How many keys of generic arguments follow.
    let keyCount: UInt8

    init(from reader: inout ByteReader) throws(WireError) {
        call = try reader.read()
        object = try reader.read()
        method = try reader.read()
        keyCount = try reader.read()
    }
}
