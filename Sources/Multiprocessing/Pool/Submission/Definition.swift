import MultiprocessingCore
import Synchronization

/// What to run: a body and its context, encoded once for all calls of it.
final class Definition: Sendable {
    /// From so many bytes on it is put where every worker can read it, instead of being sent to each of them.
    ///
    /// Measured on two processors, with a context of which every task reads each cache line. With eight workers a call that
    /// shares takes 3.0 ms instead of 2.9 at 256 KiB, 4.1 instead of 4.8 at 1 MiB, and 42 instead of 65 at 16 MiB. With
    /// four it is faster from between 4 and 16 MiB on; with two it takes 1.6 ms instead of 1.3 at 1 MiB, and is even at 16.
    /// However many there are, they hold it once.
    static let sharingThreshold = 1 << 20

    let id: UInt64
    /// The request that tells a worker of it.
    let kind: UInt32
    let bytes: [UInt8]
    /// The descriptors that go with the request.
    let attachments: [SharedDescriptor]
    /// The name of the call in errors.
    let label: String
    /// Whether the body's arguments lie side by side as they are.
    let isPacked: Bool
    /// Bytes that have been copied into shared memory, until somebody counts them.
    private let sharedBytes: Atomic<Int>
    private let retired: RetiredDefinitions

    /// - Parameters:
    ///   - id: a number that no other definition of the pool has.
    ///   - message: an identifier, the number of descriptors, and the encoded body.
    ///   - attachments: the descriptors in it.
    ///   - label: the name of the call in errors.
    ///   - isPacked: whether the body's arguments lie side by side as they are.
    ///   - retired: who is told that no call needs it any more.
    init(
        id: UInt64, _ message: WireBytes, attachments: [SharedDescriptor] = [], label: String,
        isPacked: Bool = false, retired: RetiredDefinitions
    ) {
        self.isPacked = isPacked
        self.id = id
        self.label = label
        self.retired = retired
        // Where there is no room for another file, each worker gets all of it.
        if message.count >= Self.sharingThreshold, attachments.count < SharedDescriptor.mostInMessage,
            let sealed = try? SealedBytes(message)
        {
            var notice = ByteWriter()
            notice.append(id)
            notice.append(UInt16(attachments.count + 1))
            notice.append(sealed.count)
            kind = PoolRequest.defineShared
            bytes = notice.bytes
            self.attachments = [sealed.file] + attachments
            sharedBytes = Atomic(sealed.count)
        } else {
            kind = PoolRequest.define
            bytes = message.flattened
            self.attachments = attachments
            sharedBytes = Atomic(0)
        }
    }

    deinit {
        retired.append(id)
    }

    /// Bytes that were copied for a worker that is told of it now; what all workers read counts for the first.
    func countBytes() -> Int {
        bytes.count + sharedBytes.exchange(0, ordering: .relaxed)
    }
}

extension Definition {
    /// The definition of a body.
    ///
    /// - Throws: `ClosureRefusedError` when the closure cannot be sent; a ``MultiprocessingError`` when what it holds or
    ///   the context cannot be encoded.
    convenience init<Body: PortableBody>(
        id: UInt64, _ body: Body, _ context: Body.Context, label: String, retired: RetiredDefinitions
    ) throws {
        var message = MessageWriter()
        message.longArrays = BulkMemory.threshold
        message.bytes.append(id)
        message.bytes.append(UInt16(0))
        do {
            try InvocationCoder.encode(body, context: context, into: &message)
        } catch  where error is EncodingError || error is WireError {
            throw MultiprocessingError(
                .unencodable, "what the body of \(label) captures or shares could not be encoded",
                cause: error)
        }
        message.bytes.overwrite(at: 8, with: UInt16(message.attachments.count))
        self.init(
            id: id, message.message, attachments: message.attachments, label: label,
            isPacked: Body.packing != nil, retired: retired)
    }
}
