import MultiprocessingCore

/// The child that runs a pool's tasks.
///
/// A thread of its own takes chunks from the ring and runs them; the initial thread serves the main actor.
enum PoolWorkerRole: HeirRole {
    /// What the pool tells the worker at its start.
    struct Seating {
        let seat: Int
        let ringBytes: Int

        var bytes: [UInt8] {
            var writer = ByteWriter()
            writer.append(seat)
            writer.append(ringBytes)
            return writer.bytes
        }

        init(seat: Int, ringBytes: Int) {
            self.seat = seat
            self.ringBytes = ringBytes
        }

        init(_ bytes: [UInt8]) throws(WireError) {
            (seat, ringBytes) = try unsafe bytes.span.bytes.withUnsafeBytes { raw throws(WireError) in
                var reader = unsafe ByteReader(raw)
                return (try reader.read(Int.self), try reader.read(Int.self))
            }
        }
    }

    static func warmUp() {
        InvocationCoder.warmUp()
        WorkerRehearsal.hold()
    }

    static func begin(_ seat: ChildSeat, begun: () -> Void) throws -> Never {
        ThisProcess.keepFreedMemory()
        OwnThreadTask.prepare()
        // The pool decides about its workers, and tells them.
        ThisProcess.guardInterrupt(from: seat.parentID, message: nil)
        let seating = try Seating(seat.payload)
        let files = seat.takeDescriptors()
        let segment = try WorkerSegment(files[0], ringBytes: seating.ringBytes)
        let doorbell = try Doorbell(files[1], event: files[2])
        ProcessPool.Worker.become(seat: seating.seat)
        let loop = WorkerLoop(
            seat: seating.seat, segment: segment, doorbell: doorbell, channel: MessageSocket(seat.channel))
        try ParentWatch.start(seat) { message in
            loop.take(control: message)
        }
        // From here on it runs what others have written.
        begun()
        try OSThread.start(named: "mp-worker") {
            loop.run()
            ThisProcess.exit(0)
        }
        ThisProcess.serveMainActor()
    }
}
