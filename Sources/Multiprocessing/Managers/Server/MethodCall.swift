import Distributed
import MultiprocessingCore

/// The compiler's own entry to a distributed method: decodes the arguments and calls it.
private struct MethodEntry {
    /// Pointers are passed as words, which is the same to the callee.
    typealias Body =
        @concurrent @Sendable (
            _ decoder: UInt, _ parameters: UInt, _ result: UInt, _ substitutions: UInt, _ witnesses: UInt,
            _ witnessCount: UInt, _ object: AnyObject, _ decoderType: UInt, _ decoderWitness: UInt
        ) async throws -> Void

    let call: Body

    /// An async function is its record, and a context, of which this has none.
    init(_ method: DistributedMethod) {
        let words: (UnsafeRawPointer, UnsafeRawPointer?) = (method.words.function, nil)
        self = unsafeBitCast(words, to: MethodEntry.self)
    }
}

/// What is passed along with a decoder of arguments.
private struct DecoderWords: Sendable {
    let type: UInt
    let witness: UInt

    static let standard: DecoderWords = {
        // A value of a protocol is three words, then its type and its conformance.
        let message = IncomingMessage(bytes: [], descriptors: [])
        var value: any DistributedTargetInvocationDecoder = ManagerSystem.InvocationDecoder(
            arguments: FrameSlice(message: message, range: 0..<0), types: [])
        return withUnsafeBytes(of: &value) { bytes in
            DecoderWords(
                type: bytes.load(fromByteOffset: 3 * MemoryLayout<UInt>.size, as: UInt.self),
                witness: bytes.load(fromByteOffset: 4 * MemoryLayout<UInt>.size, as: UInt.self))
        }
    }()
}

/// Calls a method and answers with what it returns or throws.
protocol MethodRunner: Sendable {
    func run(
        _ method: DistributedMethod, on object: any DistributedActor,
        _ decoder: ManagerSystem.InvocationDecoder, for session: ClientSession, _ id: UInt64
    ) async
}

struct ValueRunner<Value: Codable>: MethodRunner {
    func run(
        _ method: DistributedMethod, on object: any DistributedActor,
        _ decoder: ManagerSystem.InvocationDecoder, for session: ClientSession, _ id: UInt64
    ) async {
        let result = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        defer { result.deallocate() }
        do {
            try await call(method, on: object, decoder, UInt(bitPattern: result))
            session.answer(id, value: result.pointee)
            result.deinitialize(count: 1)
        } catch {
            session.answer(id, error: error)
        }
    }
}

struct VoidRunner: MethodRunner {
    func run(
        _ method: DistributedMethod, on object: any DistributedActor,
        _ decoder: ManagerSystem.InvocationDecoder, for session: ClientSession, _ id: UInt64
    ) async {
        do {
            // Nothing is written; it has to be an address all the same.
            try await call(method, on: object, decoder, UInt(bitPattern: method.words.function))
            session.answerNothing(id)
        } catch {
            session.answer(id, error: error)
        }
    }
}

private func call(
    _ method: DistributedMethod, on object: any DistributedActor, _ decoder: ManagerSystem.InvocationDecoder,
    _ result: UInt
) async throws {
    let place = UnsafeMutablePointer<ManagerSystem.InvocationDecoder>.allocate(capacity: 1)
    place.initialize(to: decoder)
    defer {
        place.deinitialize(count: 1)
        place.deallocate()
    }
    let (words, types) = (method.words, DecoderWords.standard)
    try await MethodEntry(method).call(
        UInt(bitPattern: place), UInt(bitPattern: words.parameters), result,
        UInt(bitPattern: words.substitutions), UInt(bitPattern: words.witnesses), words.witnessCount, object,
        types.type, types.witness)
    withExtendedLifetime(method) {}
}

/// The runner for a method's result.
func makeRunner(_ method: DistributedMethod) -> (any MethodRunner)? {
    if method.result == Void.self { return VoidRunner() }
    return (method.result as? any Codable.Type).map { makeValueRunner($0) }
}

/// Opens the type; a top-level function because local generic ones crash the compiler.
private func makeValueRunner<Value: Codable>(_ type: Value.Type) -> any MethodRunner { ValueRunner<Value>() }
