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

    /// Makes the memory, with rings of `ringBytes` (a power of two, at least a page).
    package static func make(ringBytes: Int) throws(SystemError) -> WorkerSegment {
        let file = try SharedMapping.makeFile(named: "mp-worker", count: controlBytes + 2 * ringBytes)
        return try WorkerSegment(SharedDescriptor(file), ringBytes: ringBytes)
    }

    /// Maps the memory that the other side made.
    package init(_ file: SharedDescriptor, ringBytes: Int) throws(SystemError) {
        self.file = file
        let control = try SharedMapping(file.descriptor, offset: 0, count: Self.controlBytes)
        let first = try SharedMapping(
            file.descriptor, offset: Self.controlBytes, count: ringBytes, mirrored: true)
        let second = try SharedMapping(
            file.descriptor, offset: Self.controlBytes + ringBytes, count: ringBytes, mirrored: true)
        requests = Ring(control: control, at: 0, data: first)
        replies = Ring(control: control, at: Ring.controlSize, data: second)
        slots = (0..<Self.slotCount).map { Slot(control, at: 1024 + $0 * Slot.size) }
    }
}
