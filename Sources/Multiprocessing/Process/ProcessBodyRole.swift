import MultiprocessingCore

/// The child that runs the body of a `ChildProcess`: on the initial thread, which then serves the main actor.
enum ProcessBodyRole: HeirRole {
    static func begin(_ seat: ChildSeat, begun: () -> Void) throws -> Never {
        let payload = seat.payload
        let name = ChildProcess.current.name
        ThisProcess.guardInterrupt(from: seat.parentID, message: "\(name): interrupted\n")
        try ParentWatch.arm(seat)
        begun()
        // At once and here, up to the body's first suspension: a body that has none needs no further thread.
        Task.immediate {
            do {
                let body =
                    try (seat.inherited as? InheritedBody)?.run ?? prepare(payload, seat.takeDescriptors())
                ProcessLogger.info("child process started")
                try await body()
                exit(0)
            } catch {
                StandardError.write("\(name): error: \(error)\n")
                exit(1)
            }
        }
        try ParentWatch.start(seat)
        ThisProcess.serveMainActor()
    }

    private static func exit(_ code: Int32) -> Never {
        ProcessLogger.info("process exiting with code \(code)")
        ThisProcess.exit(code)
    }

    static func warmUp() {
        InvocationCoder.warmUp()
        // Ends here, on this thread, before the call returns: nothing is left for a thread that a copy would lack.
        Task.immediate {}
    }

    /// Decodes the body and its arguments.
    private static func prepare(
        _ payload: [UInt8], _ descriptors: [SharedDescriptor]
    ) throws -> @Sendable () async throws -> Void {
        try payload.withUnsafeBytes { bytes in
            var reader = MessageReader(ByteReader(bytes), attachments: descriptors)
            return try InvocationCoder.decode(from: &reader).prepare(&reader)
        }
    }
}
