import MultiprocessingCore
import Synchronization

/// A worker that is a thread of this process: the same loop over the same rings.
enum ThreadWorker {
    /// Starts the thread.
    ///
    /// - Throws: when there is no room for another thread, or for the descriptors of its channel.
    static func start(
        seat: Int, segment: WorkerSegment, doorbell: Doorbell, desk: ThreadDesk
    ) throws(SystemError) -> LaunchedChild {
        let (ours, theirs) = try SocketPair.make()
        let loop = WorkerLoop(
            seat: seat, segment: segment, doorbell: doorbell, channel: MessageSocket(theirs), desk: desk)
        let child = try LaunchedChild(onThread: MessageSocket(ours)) { child in
            loop.abandon()
            child.threadEnded(.signaled(Signal.kill))
        }
        let inbox = ThreadInbox(theirs)
        try inbox.open { loop.take(control: $0) }
        do {
            try OSThread.start(named: "mp-worker") {
                loop.run()
                inbox.close()
                child.threadEnded(.exited(0))
            }
        } catch {
            inbox.close()
            throw error
        }
        return child
    }
}

/// What the pool tells a worker thread past the rings: the poller's thread takes it.
private final class ThreadInbox: Sendable {
    private let socket: SharedDescriptor
    private let watch = Mutex<Poller.Watch?>(nil)

    init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    func open(_ take: @escaping @Sendable (MessageSocket.Message) -> Void) throws(SystemError) {
        let watch = try Poller.obtain().watch(socket.raw) { [self] in
            do throws(MessageSocket.Failure) {
                // Messages are short and sent whole, so what has begun to come is there.
                take(try MessageSocket(socket).receive(limit: 1 << 16, acceptsLoss: true, until: .now))
            } catch .timeout {
            } catch {
                // The pool has let go of its end.
                close()
            }
        }
        self.watch.withLock { $0 = watch }
    }

    func close() {
        if let watch = watch.withLock({ $0.take() }) { Poller.shared.unwatch(watch) }
    }
}

extension PoolCore {
    /// Starts a thread for the seat.
    func launchThread(seat: Int, _ generation: UInt64) {
        let found: (WorkerSegment, ThreadDesk)? = state.withLock { state in
            guard let link = state.links[seat], link.generation == generation, let desk = link.desk else {
                return nil
            }
            return (link.segment, desk)
        }
        guard let (segment, desk) = found else { return }
        do {
            let child = try ThreadWorker.start(seat: seat, segment: segment, doorbell: doorbell, desk: desk)
            workerStarted(child, seat: seat, generation)
            child.report(to: { [self] end in workerEnded(seat: seat, generation, end) })
        } catch {
            launchFailed(
                MultiprocessingError(.startFailed, "a worker thread could not be started", cause: error),
                seat: seat)
        }
    }
}
