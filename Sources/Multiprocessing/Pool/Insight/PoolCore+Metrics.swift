import MultiprocessingCore
import Synchronization

extension PoolCore {
    /// What was counted, and what is the case now.
    var metrics: ProcessPool.Metrics {
        let now = Deadline.now.nanoseconds
        return state.withLock { state in
            let meter = state.meter
            let running = state.machine.seats.count { !$0.order.isEmpty }
            let living = state.links.compactMap(\.self)
            let lives = living.reduce(meter.lived) { sum, link in
                sum + (now > link.startedAt.nanoseconds ? now - link.startedAt.nanoseconds : 0)
            }
            return ProcessPool.Metrics(
                queued: max(0, meter.outstanding - running), running: min(running, meter.outstanding),
                completed: meter.completed, failed: meter.failed, cancelled: meter.cancelled,
                workers: living.count, workerStarts: meter.starts, workerEnds: meter.ends,
                waitTime: meter.waitTime, runTime: meter.runTime,
                utilization: lives == 0 ? 0 : min(1, Double(meter.busy) / Double(lives)),
                slowestTasks: meter.slowest.all, bytesSent: meter.bytesSent,
                bytesReceived: meter.bytesReceived)
        }
    }

    /// A worker is gone; the lock is held.
    func count(
        _ death: Death, isLeaving: Bool, _ state: inout State, _ effects: inout Effects
    ) {
        let link = death.link
        let reason: ProcessPool.WorkerEndReason =
            switch link.killReason?.code {
            case .timeout?: .timeout
            case .memoryLimitExceeded?: .memoryLimit
            case .protocolViolation?: .protocolViolation
            default:
                if state.machine.phase == .ending, link.isUnwanted {
                    .poolEnded
                } else if link.isUnwanted {
                    .cancelled
                } else {
                    isLeaving ? .left : .died
                }
            }
        let life = Deadline.now.nanoseconds &- link.startedAt.nanoseconds
        state.meter.workerEnded(reason, life: life)
        note(
            .workerEnded(
                name: link.name, processID: link.child?.pid ?? 0, reason: reason, status: death.status),
            &effects)
    }
}
