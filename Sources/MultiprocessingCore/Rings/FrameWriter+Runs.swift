/// Room in a ring for values that lie side by side, of which nobody knows before the run is closed.
@safe package struct RunRoom: @unchecked Sendable {
    // @unchecked because of the pointer, which stays valid as long as the ring; one user at a time writes there.
    let frame: RingFrame
    let header: RunHeader
    /// Where the message begins, counted from the ring's first byte on.
    package let position: UInt64
    /// Where the values go.
    @unsafe package let place: UnsafeMutableRawPointer
    /// How many there is room for.
    package let capacity: Int
}

extension FrameWriter {
    /// The longest message of a run, so that the reader can work on one while the next is written.
    static var longestRun: Int { 64 << 10 }

    /// Finds room for a run of values; nil if there is none now, or a message waits.
    ///
    /// Nothing else may be written before the run is closed.
    package mutating func openRun(
        kind: UInt32, slot: UInt32, spacing: Int, atMost count: Int
    ) throws(RingCorruption) -> RunRoom? {
        guard isFlushed else { return nil }
        let start = RingFrame.headerSize + RunHeader.size
        let padding = (0 &- Int(truncatingIfNeeded: ring.position) &- start) & (RunHeader.alignment - 1)
        let limit = min(Self.longestRun, RingFrame.wholeLimit(in: ring.ring.capacity))
        let wanted = min(start + padding + spacing * count, limit)
        let values = min(try ring.space(atLeast: wanted), limit) - start - padding
        let capacity = spacing == 0 ? (values < 0 ? 0 : count) : min(count, values / spacing)
        guard capacity > 0 else { return nil }
        let frame = RingFrame(kind: kind, slot: slot, length: 0)
        let header = RunHeader(count: 0, spacing: spacing, padding: padding)
        let room = unsafe ring.room(start + padding + spacing * capacity)
        unsafe room.storeBytes(of: frame, as: RingFrame.self)
        unsafe room.storeBytes(of: header, toByteOffset: RingFrame.headerSize, as: RunHeader.self)
        return unsafe RunRoom(
            frame: frame, header: header, position: ring.position, place: room.start + start + padding,
            capacity: capacity)
    }

    /// Publishes the first `count` values of the room, without waking the reader; the rest of it is free again.
    package mutating func closeRun(_ room: RunRoom, count: Int) {
        guard count > 0 else { return }
        let header = RunHeader(
            count: count, spacing: Int(room.header.spacing), padding: Int(room.header.padding))
        let length = header.length(of: count)
        let frame = RingFrame(kind: room.frame.kind, slot: room.frame.slot, length: length)
        let place = unsafe ring.room(RingFrame.headerSize + length)
        unsafe place.storeBytes(of: frame, as: RingFrame.self)
        unsafe place.storeBytes(of: header, toByteOffset: RingFrame.headerSize, as: RunHeader.self)
        ring.skip(RingFrame.headerSize + length)
        ring.publish()
    }
}
