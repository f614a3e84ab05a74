import Dispatch
import MultiprocessingCore
import Synchronization

/// Descriptors that have come on the channel, until the loop comes to the messages that they belong to.
final class ParcelQueue: Sendable {
    private let parcels = Mutex(FIFO<Parcel>())
    private let count = DispatchSemaphore(value: 0)

    func append(_ parcel: Parcel) {
        parcels.withLock { $0.append(parcel) }
        count.signal()
    }

    /// The next parcel; waits until it has come.
    func take() -> Parcel {
        count.wait()
        // There is one for each signal.
        return parcels.withLock { $0.popFirst() } ?? .lost
    }
}
