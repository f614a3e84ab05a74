import MultiprocessingCore
import Synchronization

/// What to run: a body and its context, encoded once for all calls of it.
final class Definition: Sendable {
    /// From so many bytes on it is put where every worker can read it, instead of being sent to each of them.
    ///
    /// Measured with two workers, sending takes four to nine tenths of the time of sharing, from 64 KiB to 4 MiB and for
    /// 8 tasks and 64. Sharing keeps the memory of all workers together; more workers have not been measured.
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
