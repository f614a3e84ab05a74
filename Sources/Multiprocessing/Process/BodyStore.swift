import MultiprocessingCore
import Synchronization

/// What a child will do, for as long as it has not been told: then its body and arguments are let go.
final class BodyStore: Sendable {
    typealias Encoder = @Sendable (inout ByteWriter) throws -> Void

    private let encoder: Mutex<Encoder?>

    init(_ encoder: @escaping Encoder) {
        self.encoder = Mutex(encoder)
    }

    /// Appends the body and its arguments; there is one call.
    func encode(into writer: inout ByteWriter) throws {
        let encoder = encoder.withLock { $0.take() }
        try encoder?(&writer)
    }
}
