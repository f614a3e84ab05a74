import MultiprocessingCore

/// How an error crosses to another process: as its own type when that is `Codable`, else as a `RemoteError`.
enum ErrorTransport {
    private static let remote: UInt8 = 0
    private static let typed: UInt8 = 1
    private static let cancellation: UInt8 = 2

    /// Appends the error; whatever it is, something readable is written.
    static func encode(_ error: any Error, processID: Int32, into writer: inout ByteWriter) {
        if error is CancellationError {
            writer.append(cancellation)
            return
        }
        if let codable = error as? any Error & Codable {
            let start = writer.count
            do {
                writer.append(typed)
                try TypeReference.encode(type(of: codable), into: &writer)
                try writer.append(encoding: codable)
                return
            } catch {
                // The type cannot be named or its encoding threw: the error still has a description.
                writer.truncate(to: start)
            }
        }
        writer.append(remote)
        writer.append(string: String(reflecting: type(of: error)))
        writer.append(string: String(describing: error))
        writer.append(processID)
    }

    /// Reads what `encode` wrote.
    static func decode(from reader: inout ByteReader) throws -> any Error {
        switch try reader.read(UInt8.self) {
        case cancellation:
            return CancellationError()
        case typed:
            guard
                let type = try TypeReference.decode(from: &reader, trust: .inheritedChannel)
                    as? any (Error & Decodable).Type
            else {
                throw WireError.malformed("an error of a type that is no error")
            }
            return try decodeError(type, from: &reader)
        case remote:
            return RemoteError(
                typeName: try reader.readString(), message: try reader.readString(),
                processID: try reader.read())
        default:
            throw WireError.malformed("an error of an unknown kind")
        }
    }
}

// Between a manager and its clients, which need not trust each other with types: what the receiver does not know
// arrives as a `RemoteError`.
extension ErrorTransport {
    /// Appends an error with a key of its type, and what it says of itself.
    static func encodeKeyed(_ error: any Error, into writer: inout ByteWriter) {
        if error is CancellationError { return writer.append(cancellation) }
        let start = writer.count
        writer.append(remote)
        writer.append(string: String(reflecting: type(of: error)))
        writer.append(string: String(describing: error))
        writer.append(ThisProcess.id)
        guard let codable = error as? any Error & Codable else { return }
        do {
            let key = try TypeKey(type(of: codable))
            key.encode(into: &writer)
            try writer.append(encoding: codable)
            writer.overwrite(at: start, with: typed)
        } catch {
            // The type cannot be named or its encoding threw: what the error says of itself stands there already,
            // and whoever reads it does not look behind.
        }
    }

    /// Reads what `encodeKeyed` wrote.
    static func decodeKeyed(from message: inout MessageReader) throws -> any Error {
        let kind = try message.bytes.read(UInt8.self)
        if kind == cancellation { return CancellationError() }
        let remoteError = RemoteError(
            typeName: try message.bytes.readString(), message: try message.bytes.readString(),
            processID: try message.bytes.read())
        guard kind == typed else { return remoteError }
        let key = try TypeKey(from: &message.bytes)
        guard let type = KnownTypes.findError(key) else { return remoteError }
        return try decodeError(type, from: &message.bytes)
    }
}

/// Opens the type; a top-level function because local generic ones crash the compiler.
private func decodeError<E: Error & Decodable>(_ type: E.Type, from reader: inout ByteReader) throws
    -> any Error
{
    try reader.decode(E.self)
}
