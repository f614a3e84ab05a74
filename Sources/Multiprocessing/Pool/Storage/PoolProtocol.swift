import MultiprocessingCore

// What a pool and its workers say to each other. Both run the same build, so this has no versions.

/// Messages to a worker.
enum PoolRequest {
    /// `slot` unused; the payload is an identifier, the number of descriptors, and a definition.
    static let define: UInt32 = 1
    /// As `define`, except that the first descriptor's file has all of that, and here is its length.
    static let defineShared: UInt32 = 14
    /// `slot` unused; the payload is an identifier.
    static let forget: UInt32 = 2
    /// A chunk for the slot.
    static let run: UInt32 = 3
    /// Nothing more comes: leave.
    static let leave: UInt32 = 4
    /// The first message: `slot` unused; the payload is the initializer, as a `WorkerHook`.
    static let begin: UInt32 = 10
    /// What to do before leaving: `slot` unused; the payload is a `WorkerHook`.
    static let finalizer: UInt32 = 11
    /// `slot` unused; the payload is the semaphore of a budget, in the form of a `WorkerHook`.
    static let budget: UInt32 = 13
    /// What goes with the chunk of the next `run`.
    static let escort: UInt32 = 12
    /// Here is memory for long messages; its descriptor comes on the channel, the answer is `bulkOpened`.
    static let openBulk: UInt32 = 5
    /// They do not any more; the worker answers `bulkClosed`.
    static let closeBulk: UInt32 = 6
    /// The next message of the long ring, which lies there in one piece.
    static let bulk: UInt32 = 7
    /// The next message of the long ring, which is in the long form.
    static let long: UInt32 = 15
}

/// Messages from a worker.
enum PoolReply {
    /// The next item of the slot's chunk returned; the payload is its value.
    static let value: UInt32 = 1
    /// The next item of the slot's chunk threw; the payload is its error.
    static let failure: UInt32 = 2
    /// The slot's chunk had been taken back, or was given up because it was cancelled.
    static let vacated: UInt32 = 3
    /// As `value`; the descriptors in it were sent on the channel before.
    static let valueWithDescriptors: UInt32 = 4
    /// The initializer is through, or there is none.
    static let ready: UInt32 = 10
    /// The initializer threw; the payload is its error.
    static let refused: UInt32 = 11
    /// The next items of the slot's chunk returned; the payload is a `RunHeader` and their values, side by side.
    static let run: UInt32 = 5
    /// As `failure`, from a thread of this process: the error itself lies on its desk.
    static let ownFailure: UInt32 = 12
    /// The next message of the long ring, which is a `value`.
    static let bulk: UInt32 = 6
    /// The next message of the long ring, which is a `value` in the long form.
    static let long: UInt32 = 13
    /// The long rings can be used from now on.
    static let bulkOpened: UInt32 = 7
    /// No message comes through the long ring, any more or at all.
    static let bulkClosed: UInt32 = 8
}

/// Messages on the channel, past the rings.
enum PoolControl {
    /// An identifier follows: the task that runs this chunk is cancelled.
    static let cancel: UInt8 = 1
    /// Comes with the descriptors of the next message in a ring that has some.
    static let parcel: UInt8 = 2

    static func cancel(_ chunk: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(cancel)
        writer.append(chunk)
        return writer.bytes
    }
}
