import Synchronization

// What comes from the workers.
extension ResultBuffer: ChunkSink {
    func receive(_ deliveries: ArraySlice<Delivery>) {
        change { state in
            for delivery in deliveries {
                if delivery.nanoseconds > 0 {
                    state.sizer?.took(delivery.nanoseconds, items: state.machine.size(of: delivery))
                }
                _ = state.machine.received(delivery)
            }
        }
    }

    func divided(_ chunk: UInt64, rest: UInt64, items: Int, bytes: Int) -> Bool {
        state.withLock { state in
            guard !state.isAbandoned else { return false }
            state.machine.divided(chunk, rest: rest, items: items, bytes: bytes)
            return true
        }
    }

    /// An item of the input has no result because of this.
    func lose(_ item: Int, of chunk: UInt64 = 0, count: Int = 1, _ error: any Error) {
        receive([Delivery(chunk: chunk, firstItem: item, count: count, content: .lost(error))])
    }
}
