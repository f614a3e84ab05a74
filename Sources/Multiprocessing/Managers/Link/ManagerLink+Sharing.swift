import MultiprocessingCore
import Synchronization

// Going over from the socket to memory; each side does so with what it sends, and tells the other before.
extension ManagerLink {
    /// Whether memory can be shared with the other side.
    var canShare: Bool { end?.carriesDescriptors == true }

    /// In a manager: offers memory to the client.
    ///
    /// - Returns: the way through it; nil when there is no room for it, and all stays as it is.
    func offerMemory() -> SharedWay? {
        guard canShare, let segment = try? WorkerSegment.make(ringBytes: SharedWay.ringBytes) else {
            return nil
        }
        try? append(.memory, attachments: [segment.file]) { _ in }
        return SharedWay(segment, isServer: true)
    }

    /// In a client: takes the memory that the manager offers, and sends through it from now on.
    ///
    /// - Returns: the way through it; nil when it cannot be mapped, and all stays as it is.
    func acceptMemory(_ file: SharedDescriptor) -> SharedWay? {
        let count = WorkerSegment.byteCount(ringBytes: SharedWay.ringBytes)
        guard (try? SharedMapping.check(file.descriptor, holds: count)) != nil,
            let segment = try? WorkerSegment(file, ringBytes: SharedWay.ringBytes)
        else { return nil }
        let way = SharedWay(segment, isServer: false)
        send(through: way, after: .join)
        return way
    }

    /// From now on messages are sent through memory; the frame is the last one over the socket.
    func send(through way: SharedWay, after frame: ManagerFrame) {
        outbox.withLock { outbox in
            outbox.frames.append(frame) { _ in }
            outbox.load += ManagerFrame.headerSize
            outbox.seal()
            outbox.errands.append(.change(way))
        }
        flush()
    }

    /// From now on messages come through memory.
    func receive(through way: SharedWay) {
        input.withLock { input in
            input.way = way
            input.isRoused = true
        }
    }

    /// Something has happened at the socket.
    func rouse() { input.withLock { $0.isRoused = true } }

    /// Says that nobody looks at the memory from now on; returns whether something is there already.
    func announceSleep() -> Bool { input.withLock { $0.way }?.announceSleep() ?? false }
}
