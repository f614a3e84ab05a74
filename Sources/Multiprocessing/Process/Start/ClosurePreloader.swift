import MultiprocessingCore

/// Runs the closure that a fork server was given.
enum ClosurePreloader: Preloader {
    /// The closure, in the form in which functions travel.
    private struct Body {
        let run: @Sendable () throws -> Void
    }

    static func encode(_ closure: @escaping @Sendable () throws -> Void) throws -> [UInt8] {
        var writer = ByteWriter()
        var descriptors: [SharedDescriptor] = []
        let body = Body(run: closure)
        do {
            // A struct around one closure of a type that it declares itself, so these are the closure's true words.
            let words = unsafeBitCast(body, to: FunctionWords.self)
            try FunctionTransport.encode(words, into: &writer, attachments: &descriptors)
            guard descriptors.isEmpty else { throw FunctionRefusal.descriptor }
            withExtendedLifetime(body) {}
        } catch let refusal as FunctionRefusal {
            throw ClosureRefusedError(refusal)
        }
        return writer.bytes
    }

    static func run(_ payload: [UInt8]) -> [UInt8]? {
        do {
            try payload.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let function = try FunctionTransport.decode(from: &reader, trust: .inheritedChannel)
                try function.closure(as: Body.self)?.run()
            }
            return nil
        } catch {
            var writer = ByteWriter()
            ErrorTransport.encode(error, processID: ThisProcess.id, into: &writer)
            return writer.bytes
        }
    }

    /// The error that `run` returned.
    static func error(in bytes: [UInt8]) -> any Error {
        bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            do {
                return try ErrorTransport.decode(from: &reader)
            } catch {
                return error
            }
        }
    }
}
