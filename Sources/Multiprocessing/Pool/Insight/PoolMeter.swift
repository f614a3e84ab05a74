/// What a pool counts; a part of its state, so counting costs no lock and no atomics.
///
/// Pure: it is told the times.
struct PoolMeter {
    /// Items, of all calls.
    private(set) var submitted = 0
    private(set) var completed = 0
    private(set) var failed = 0
    private(set) var cancelled = 0
    private(set) var bytesSent = 0
    private(set) var bytesReceived = 0
    private(set) var starts = 0
    private(set) var ends: [ProcessPool.WorkerEndReason: Int] = [:]
    private(set) var waitTime = DurationHistogram()
    private(set) var runTime = DurationHistogram()
    private(set) var slowest = SlowestTasks()
    /// Nanoseconds that workers have spent in tasks that are over.
    private(set) var busy: UInt64 = 0
    /// Nanoseconds that workers have lived which are gone.
    private(set) var lived: UInt64 = 0

    /// Items that were accepted and have not come out.
    var outstanding: Int { max(0, submitted - completed - failed - cancelled) }

    mutating func submit(_ items: Int) {
        submitted += items
    }

    mutating func send(_ bytes: Int) {
        bytesSent += bytes
    }

    /// Results have come.
    mutating func receive(_ items: Int, failures: Int, bytes: Int, isWanted: Bool) {
        bytesReceived += bytes
        if isWanted {
            completed += items - failures
            failed += failures
        } else {
            cancelled += items
        }
    }

    /// Items come out without a result.
    mutating func lose(failed lost: Int, cancelled given: Int) {
        failed += lost
        cancelled += given
    }

    /// A chunk is over: when it was submitted and begun, and what it took in the worker.
    ///
    /// Times that come from a worker may be anything.
    mutating func finish(_ chunk: PoolChunk, begun: UInt64?, spent: UInt64, now: UInt64) {
        let total = now > chunk.submittedAt ? now - chunk.submittedAt : 0
        var run = spent
        if let begun { run = now > begun ? now - begun : 0 }
        // Without either the worker was not asked.
        guard begun != nil || spent > 0 else { return }
        run = min(run, total)
        busy += run
        runTime.record(nanoseconds: run / UInt64(chunk.count), times: chunk.count)
        waitTime.record(nanoseconds: total - run, times: chunk.count)
        slowest.enter(nanoseconds: run) {
            ProcessPool.SlowTask(
                name: chunk.definition.label, item: chunk.firstItem, items: chunk.count,
                duration: .nanoseconds(Int64(clamping: run)))
        }
    }

    mutating func workerStarted() {
        starts += 1
    }

    mutating func workerEnded(_ reason: ProcessPool.WorkerEndReason, life: UInt64) {
        ends[reason, default: 0] += 1
        lived += life
    }
}
