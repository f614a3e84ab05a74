import MultiprocessingCore
import Testing

@testable import Multiprocessing

/// A client that writes its frames itself.
struct FrameClient {
    let connection: Connection

    init(_ server: ServerCore) throws {
        let (near, far) = try ConnectionEnd.pair(duplex: true)
        try server.accept(ManagerLink(far, isInherited: false))
        connection = Connection(near)
    }

    func send(_ body: (inout ByteWriter) throws -> Void) async throws {
        var writer = ByteWriter()
        try body(&writer)
        try await connection.send(bytes: writer.bytes)
    }

    func introduce(_ id: UInt64 = .random(in: 1...UInt64.max)) async throws {
        try await send {
            $0.append(.introduce) {
                $0.append((id, UInt64(0), UInt64(0)))
                $0.append(Int32(1))
            }
        }
    }

    /// Calls a method by its name, and returns what comes back: the kind, and the error.
    func call(_ name: String, of object: UInt64) async throws -> (ManagerFrame, (any Error)?) {
        try await send { writer in
            writer.append(.target) {
                $0.append(UInt32(0))
                $0.append(string: name)
            }
            writer.append(.call) { writer in
                writer.append(UInt64(9))
                writer.append(object)
                writer.append(UInt32(0))
                writer.append(UInt8(0))
            }
        }
        return try await answer()
    }

    func answer() async throws -> (ManagerFrame, (any Error)?) {
        let bytes = try await connection.receiveBytes(timeout: .seconds(60))
        let place = try #require(try FramePlace.all(in: bytes).first)
        var slice = FrameSlice(message: IncomingMessage(bytes: bytes, descriptors: []), range: place.body)
        return try slice.read { reader in
            _ = try reader.bytes.read(UInt64.self)
            guard place.kind == .failure else { return (place.kind, nil) }
            return (place.kind, try ErrorTransport.decodeKeyed(from: &reader))
        }
    }
}
