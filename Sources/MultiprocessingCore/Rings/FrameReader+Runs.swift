extension FrameReader {
    /// The first `count` values of a run that its writer has not closed and will not close, because it is dead.
    ///
    /// Returns them as the message that the writer would have published; nil if what lies there cannot be that.
    package func openRun(at position: UInt64, kind: UInt32, slot: UInt32, count: Int) -> [UInt8]? {
        let start = RingFrame.headerSize + RunHeader.size
        guard isBetweenMessages, !hasBytes, position == ring.position, count > 0 else { return nil }
        let bytes = unsafe ring.unpublished()
        let frame = unsafe bytes.loadUnaligned(as: RingFrame.self)
        let found = unsafe bytes.loadUnaligned(fromByteOffset: RingFrame.headerSize, as: RunHeader.self)
        guard frame.kind == kind, frame.slot == slot, found.isSane else { return nil }
        let first = start + Int(found.padding)
        let (length, overflow) = count.multipliedReportingOverflow(by: Int(found.spacing))
        guard !overflow, length <= bytes.count - first else { return nil }
        var message = ByteWriter()
        let header = RunHeader(count: count, spacing: Int(found.spacing), padding: 0)
        message.append(RingFrame(kind: kind, slot: slot, length: header.length(of: count)))
        message.append(header)
        unsafe message.append(
            contentsOf: UnsafeRawBufferPointer(rebasing: bytes[first..<(first + length)]))
        return message.bytes
    }
}
