import MultiprocessingCore

extension PoolCore {
    /// What is to be done about an event, partly under the lock and partly after it.
    struct Effects {
        struct Cancellation {
            let chunk: UInt64
            let line: ControlLine
        }

        /// The machine's orders, carried out under the lock.
        var actions: [PoolMachine.Action] = []
        // The rest waits until the lock was given back.
        var sinks: [any ChunkSink] = []
        /// What each of them gets.
        var deliveries: [Delivery] = []

        mutating func deliver(_ delivery: Delivery, to sink: any ChunkSink) {
            sinks.append(sink)
            deliveries.append(delivery)
        }

        /// Those that have something to send.
        var lines: [ControlLine] = []
        /// Whose workers there is something new for.
        var wakes: [WorkerSegment] = []

        mutating func wake(_ segment: WorkerSegment) {
            if !wakes.contains(where: { $0 === segment }) { wakes.append(segment) }
        }

        var launches: [(seat: Int, generation: UInt64, order: LaunchOrder?)] = []
        var kills: [LaunchedChild] = []
        /// When somebody looks whether a worker's tasks run too long.
        var looks: [(seat: Int, generation: UInt64, moment: Deadline)] = []
        var cancellations: [Cancellation] = []
        /// Payloads that nobody needs any more.
        var spentPayloads: [[UInt8]] = []
        /// Seats whose workers are to be looked at, because they have done a task.
        var checkups: Set<Int> = []
        /// Workers whose memory is watched from now on.
        var watches: [(seat: Int, generation: UInt64)] = []
        /// Workers that are replaced when they are old.
        var births: [(seat: Int, generation: UInt64)] = []
        /// Whether idle workers are looked for.
        var beginsTicking = false
        /// Whether chunks are looked for that others could help with.
        var watchesGroups = false
        /// Whoever waited for something about the workers that has come true.
        var resumed: [(latch: Latch<(any Error)?>, error: (any Error)?)] = []
        /// When the replies at hand were read.
        var now: UInt64 = 0
        /// What readers of events are told.
        var events: [ProcessPool.Event] = []
        // Items that come out without a result: those that somebody waits for, and the others.
        var lostItems = 0
        var withdrawnItems = 0
        /// Those for whom a place was reserved.
        var admitted: [ResultBuffer] = []
        /// Long requests and answers that are to be copied.
        var copies: [LongCopy] = []

        struct LongCopy {
            let seat: Int
            let generation: UInt64
            let requests: LongRequests?
            let reply: LongReply?
            let replies: LoanRing?
        }

        /// Notes what a worker's long messages need.
        mutating func copy(_ link: WorkerLink, _ seat: Int) {
            guard link.bulkSegment != nil else { return }
            copies.removeAll { $0.seat == seat }
            copies.append(
                LongCopy(
                    seat: seat, generation: link.generation, requests: link.longRequests,
                    reply: link.longReply, replies: link.bulkReplies))
        }

        /// Workers that are to have memory for long messages.
        var bulks: [(seat: Int, generation: UInt64)] = []
        /// Why no worker is started for a while.
        var pausedBy: MultiprocessingError?
        var isFinished = false
    }
}
