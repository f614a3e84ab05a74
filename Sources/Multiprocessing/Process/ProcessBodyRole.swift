import Dispatch
import MultiprocessingCore

/// The child that runs the body of a `ChildProcess`: on the initial thread, which then serves the main actor.
enum ProcessBodyRole: ChildRole {
    static func run(_ seat: ChildSeat) -> Never {
        let parent = seat.parentID
        let payload = seat.payload
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
                try await run(payload, parent: parent)
                ThisProcess.exit(0)
            } catch {
                ThisProcess.complain("\(ProcessNames.current.name): error: \(error)\n")
                ThisProcess.exit(1)
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

    private static func run(_ payload: [UInt8], parent: Int32) async throws {
        try await prepare(payload, parent: parent)()
    }

    /// Decodes the body and its arguments.
    private static func prepare(_ payload: [UInt8], parent: Int32) throws -> @Sendable () async throws -> Void
    {
        try unsafe payload.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            let name = try reader.readString()
            ProcessNames.become(name, parent: ProcessInformation(name: try reader.readString(), pid: parent))
            return try InvocationCoder.decode(from: &reader).prepare(&reader)
        }
    }
}
