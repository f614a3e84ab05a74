import MultiprocessingCore

/// Who gets the results of chunks.
protocol ChunkSink: AnyObject, Sendable {
    /// Takes results, in their order; called on any thread, without a lock held; must not block.
    func receive(_ deliveries: ArraySlice<Delivery>)

    /// The last items of a chunk come as those of another one; false if nobody wants them any more.
    ///
    /// Called with the pool's lock held, and only for chunks that may be divided.
    func divided(_ chunk: UInt64, rest: UInt64, items: Int, bytes: Int) -> Bool
}

extension ChunkSink {
    func divided(_ chunk: UInt64, rest: UInt64, items: Int, bytes: Int) -> Bool {
        preconditionFailure("only chunks of streams are divided")
    }
}

/// Results of consecutive items of a call.
struct Delivery: Sendable {
    enum Content: Sendable {
        /// Messages as the worker wrote them: headers and payloads.
        ///
        /// In parcels come the descriptors of those that have some.
        case replies([UInt8], parcels: [Parcel] = [])
        /// The long value of one item, which lies where the worker has written it.
        case long(RingLoan)
        /// The item, or all items, have no result because of this.
        case lost(any Error)
    }

    let chunk: UInt64
    let firstItem: Int
    let count: Int
    let content: Content
    /// With the last items of a chunk that was measured, how long it took in the worker.
    var nanoseconds: UInt64 = 0
    /// How many of the items have an error.
    var failures = 0

    /// Bytes that are to be read.
    var size: Int {
        switch content {
        case .replies(let bytes, _): bytes.count
        case .long(let loan): loan.count
        case .lost: 0
        }
    }

    /// Whether it may end its call, or keeps what is scarce.
    var isUrgent: Bool {
        switch content {
        case .replies(_, let parcels): failures > 0 || !parcels.isEmpty
        case .long: false
        case .lost: true
        }
    }
}
