import Dispatch
import MultiprocessingCore
import Synchronization

// How a worker answers, and what comes past the ring.
extension WorkerLoop {
    /// The pool gives the thread up: what runs is cancelled, nothing more begins, and the thread ends when it can.
    func abandon() {
        guard let desk, desk.abandon() else { return }
        running.withLock { running in
            // While the lock is held the task cannot end.
            if let found = running.cancelPresent() { unsafe found.task.cancel() }
        }
        parcels.append(.lost)
        segment.requests.wakeReader()
        segment.replies.wakeWriter()
        let longMemory = longMemory.withLock { $0 }
        longMemory?.requests.wakeReader()
        longMemory?.replies.wakeWriter()
    }

    // MARK: Answers

    /// Sends a message; what does not fit waits for `flush`.
    func reply(_ kind: UInt32, _ slot: Int, _ payload: [UInt8]) {
        answers.send(kind, slot, WireBytes(payload))
    }

    /// The same for a value, with what belongs to it.
    func reply(_ kind: UInt32, _ slot: Int, _ payload: WireBytes, _ descriptors: [SharedDescriptor] = []) {
        answers.send(kind, slot, payload, descriptors)
    }

    func openRun(_ slot: Int, spacing: Int, atMost count: Int) -> RunRoom? {
        answers.openRun(slot, spacing: spacing, atMost: count)
    }

    func closeRun(_ room: RunRoom, count: Int) {
        answers.closeRun(room, count: count)
    }

    /// Waits until every answer is on its way; on the loop's thread only.
    func flush() {
        answers.flush()
    }

    // MARK: Control

    /// A message on the channel: descriptors, or the number of a chunk that is to be cancelled.
    func take(control message: MessageSocket.Message) {
        if message.bytes.first == PoolControl.parcel { return parcels.append(Parcel(message)) }
        let chunk = unsafe message.bytes.dropFirst().withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            return try? reader.read(UInt64.self)
        }
        guard let chunk else { return }
        running.withLock { running in
            // While the lock is held the task cannot end.
            if let found = running.cancel(chunk) { unsafe found.task.cancel() }
        }
    }
}
