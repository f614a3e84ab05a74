import MultiprocessingCore
import Synchronization

/// The timers of a chunk, which go with it: however it ends, they are taken back.
final class ChunkAlarm: Sendable {
    private let terms: CallTerms
    private let timers = Mutex<[Poller.Timer]>([])

    init(_ terms: CallTerms) {
        self.terms = terms
    }

    deinit {
        for timer in timers.withLock({ $0 }) { Poller.shared.cancel(timer) }
    }

    /// Starts the timers: the chunk has been accepted now.
    func arm(_ id: UInt64, _ core: PoolCore) {
        var armed: [Poller.Timer] = []
        if let limit = terms.queueTimeout {
            let timer = Poller.shared.schedule(at: .after(limit)) { [weak core] in
                core?.queueTimeEnded(of: id, limit: limit)
            }
            armed.append(timer)
        }
        if let deadline = terms.deadline {
            let timer = Poller.shared.schedule(at: deadline.moment) { [weak core] in
                core?.deadlinePassed(of: id)
            }
            armed.append(timer)
        }
        timers.withLock { [armed] in $0 = armed }
    }
}
