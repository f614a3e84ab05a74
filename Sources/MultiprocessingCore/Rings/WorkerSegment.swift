/// The memory that a pool and one of its workers share: a ring each way, and the slots.
package final class WorkerSegment: Sendable {
    package static let slotCount = 32
    private static let controlBytes = 4096

    /// To the worker.
    package let requests: Ring
    /// From the worker.
    package let replies: Ring
    package let slots: [Slot]
    package let file: SharedDescriptor

    /// How long the memory is, with rings of `ringBytes`.
    package static func byteCount(ringBytes: Int) -> Int { controlBytes + 2 * ringBytes }

    /// Makes the memory.
    ///
    /// - Parameters:
    ///   - ringBytes: how many bytes the ring to the worker has: a power of two, at least a page.
    ///   - replyBytes: how many the other ring has; nil for as many.
    /// - Returns: the memory, all of it there.
    /// - Throws: when the machine has no room for it.
    package static func make(ringBytes: Int, replyBytes: Int? = nil) throws(SystemError) -> WorkerSegment {
        let count = controlBytes + ringBytes + (replyBytes ?? ringBytes)
        let file = try SharedMapping.makeFile(named: "mp-worker", count: count)
        return try WorkerSegment(SharedDescriptor(file), ringBytes: ringBytes, replyBytes: replyBytes)
    }

    /// Maps the memory that the other side made.
    package init(_ file: SharedDescriptor, ringBytes: Int, replyBytes: Int? = nil) throws(SystemError) {
        self.file = file
        let control = try SharedMapping(file.descriptor, offset: 0, count: Self.controlBytes)
        let first = try SharedMapping(
            file.descriptor, offset: Self.controlBytes, count: ringBytes, mirrored: true)
        let second = try SharedMapping(
            file.descriptor, offset: Self.controlBytes + ringBytes, count: replyBytes ?? ringBytes,
            mirrored: true)
        requests = Ring(control: control, at: 0, data: first)
        replies = Ring(control: control, at: Ring.controlSize, data: second)
        slots = (0..<Self.slotCount).map { Slot(control, at: 1024 + $0 * Slot.size) }
    }
}
