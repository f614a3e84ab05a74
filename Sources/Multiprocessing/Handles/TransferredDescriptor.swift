import MultiprocessingCore

/// An open file descriptor that travels to other processes of this machine inside a message.
///
/// ```swift
/// try await connection.send(TransferredDescriptor(duplicating: socket))
/// let socket = try await connection.receive(TransferredDescriptor.self)
/// ```
///
/// It owns its descriptor, which is closed with the last copy of the value; each process has its own number for
/// it. It is close-on-exec. Python's `DupFd`, and `send_handle` with `recv_handle`.
public struct TransferredDescriptor: Sendable, Codable, CustomStringConvertible {
    private let descriptor: SharedDescriptor

    /// Takes a duplicate of an open descriptor, which stays yours.
    ///
    /// - Parameter raw: its number.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` when no descriptor has this number.
    public init(duplicating raw: Int32) throws {
        do {
            descriptor = try SharedDescriptor(duplicating: raw)
        } catch {
            throw MultiprocessingError(
                .invalidArgument, "descriptor \(raw) cannot be duplicated", cause: error)
        }
    }

    /// The number in this process, good for as long as the value is kept.
    public var raw: Int32 { descriptor.raw }

    /// A second descriptor for the same file, which is yours to close.
    ///
    /// - Returns: its number.
    /// - Throws: a ``MultiprocessingError`` when there is no room for another descriptor.
    public func duplicate() throws -> Int32 {
        do {
            return try descriptor.descriptor.duplicated().release()
        } catch {
            throw MultiprocessingError(.noResources, "there is no room for another descriptor", cause: error)
        }
    }

    /// Decodes a descriptor from a message of the library's.
    ///
    /// - Parameter decoder: that of the message.
    /// - Throws: a ``MultiprocessingError`` for bytes that are no message of the library's.
    public init(from decoder: any Decoder) throws {
        let index = try decoder.singleValueContainer().decode(Int.self)
        descriptor = try decoder.attachment(index, of: "a TransferredDescriptor")
    }

    /// Sends a copy; this one stays open.
    ///
    /// - Parameter encoder: that of a message of the library's.
    /// - Throws: a ``MultiprocessingError`` with the code `notTransferable` anywhere else.
    public func encode(to encoder: any Encoder) throws {
        let index = try encoder.attach(descriptor, of: "a TransferredDescriptor")
        var container = encoder.singleValueContainer()
        try container.encode(index)
    }

    /// The number.
    public var description: String { "TransferredDescriptor(\(raw))" }
}
