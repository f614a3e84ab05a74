import Dispatch
import MultiprocessingCore

/// The child that runs the body of a `ChildProcess`: on the initial thread, which then serves the main actor.
enum ProcessBodyRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        let parent = seat.parentID
        let payload = seat.payload
        let descriptors = seat.descriptors
        do {
            try ParentWatch.arm(seat)
        } catch {
            // It would outlive its parent, which nobody asked for.
            ThisProcess.complain("a child process cannot watch its parent: \(error)\n")
            ThisProcess.exit(1)
        }
        // At once and here, up to the body's first suspension: a body that has none needs no further thread.
        Task.immediate {
            do {
                try await run(payload, descriptors, parent: parent)
                exit(0)
            } catch {
                ThisProcess.complain("\(ProcessNames.current.name): error: \(error)\n")
                exit(1)
            }
        }
        do {
            try ParentWatch.start(seat)
        } catch {
            // It would outlive its parent, which nobody asked for.
            ThisProcess.complain("a child process cannot watch its parent: \(error)\n")
            ThisProcess.exit(1)
        }
        dispatchMain()
    }

    static func warmUp() {
        InvocationCoder.warmUp()
        // Ends here, on this thread, before the call returns: nothing is left for a thread that a copy would lack.
        Task.immediate {}
    }

    private static func run(
        _ payload: [UInt8], _ descriptors: [SharedDescriptor], parent: Int32
    ) async throws {
        let body = try prepare(payload, descriptors, parent: parent)
        ProcessLogger.info("child process started")
        try await body()
    }

    private static func exit(_ code: Int32) -> Never {
        ProcessLogger.info("process exiting with code \(code)")
        ThisProcess.exit(code)
    }

    /// Decodes the body and its arguments.
    private static func prepare(
        _ payload: [UInt8], _ descriptors: [SharedDescriptor], parent: Int32
    ) throws -> @Sendable () async throws -> Void {
        try unsafe payload.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            let name = try reader.readString()
            ProcessNames.become(name, parent: ProcessInformation(name: try reader.readString(), pid: parent))
            try LogInheritance(from: &reader).become(descriptors: descriptors)
            return try InvocationCoder.decode(from: &reader).prepare(&reader)
        }
    }
}
