import MultiprocessingCore

/// Memory through which the long messages between a pool and one of its workers go in one piece.
///
/// Two rings that are many times longer than the usual ones, made when the first long message is seen. A short
/// message in the usual ring says that the next one of the long ring belongs there, so the order stays as it is.
/// Their pages serve message after message, and go back to the system when no long message comes any more.
enum BulkMemory {
    /// Shorter messages cost less where all the others are.
    static let threshold = 64 << 10
    /// For two messages of 1 MiB that wait while another one is used.
    static let ringBytes = 4 << 20
    /// Answers stay in the ring until whoever waits for them takes them, so there is room for more of them.
    static let replyBytes = 8 << 20
    /// How many bytes of answers may wait there.
    static let mostWaiting = 6 << 20
    /// After so long without a long message the memory is given back.
    static let idleTime = Duration.seconds(2)
}

extension FrameWriter {
    /// Writes a long message if there is room for all of it now, and publishes it.
    mutating func publishIfFits(
        kind: UInt32, slot: UInt32, _ payload: WireBytes
    ) throws(RingCorruption) -> Bool {
        guard payload.count >= BulkMemory.threshold,
            try writeIfFits(kind: kind, slot: slot, payload)
        else { return false }
        publish()
        return true
    }
}
