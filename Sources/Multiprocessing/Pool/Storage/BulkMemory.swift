import MultiprocessingCore

/// Memory through which the long messages between a pool and one of its workers go.
///
/// Two rings that are many times longer than the usual ones, made when the first long message is seen. A short
/// message in the usual ring says that the next one of the long ring belongs there, so the order stays as it is. What
/// is longer than the ring goes through it in pieces, which one side copies while the other writes the next ones.
/// Their pages serve message after message, and go back to the system when no long message comes any more.
enum BulkMemory {
    /// Shorter messages cost less where all the others are.
    static let threshold = 64 << 10
    /// For two messages of 1 MiB that wait while another one is used.
    static let ringBytes = 4 << 20
    /// Longer requests are put together piece by piece where they are read.
    static let longestWholeRequest = ringBytes / 2 - RingFrame.headerSize
    /// Answers stay in the ring until whoever waits for them takes them, so there is room for more of them.
    static let replyBytes = 8 << 20
    /// How many bytes of answers may wait there.
    static let mostWaiting = 6 << 20
    /// After so long without a long message the memory is given back.
    static let idleTime = Duration.seconds(2)
}
