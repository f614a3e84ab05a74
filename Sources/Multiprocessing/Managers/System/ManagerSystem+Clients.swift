import MultiprocessingCore

extension ManagerSystem {
    /// A process that uses objects of a manager, as those see it.
    public struct Client: Hashable, Sendable, CustomStringConvertible {
        let id: UInt64
        /// The number that the process says it has; another machine's mean nothing here.
        public let processID: Int32
        let session: UInt64

        /// The process's number.
        public var description: String { "client process \(processID)" }
    }

    /// The client whose call is running; nil outside of a managed object's methods that a client has called.
    @TaskLocal public static var currentClient: Client?

    /// Calls a handler once, when a client's connection to the manager of this system has ended.
    ///
    /// It is for objects that lend something, such as a lock: what a process had when it was killed is taken back.
    /// The calls that the client has under way are cancelled before.
    ///
    /// - Parameters:
    ///   - client: usually the current one.
    ///   - handler: what to do; it is run as a task of its own.
    /// - Returns: what ends the observation when it ends; nil when the client is gone already, and the handler is run.
    public func onEnd(
        of client: Client, _ handler: @escaping @Sendable @concurrent () async -> Void
    ) -> ClientObservation? {
        guard let session = core?.session(client.session), let number = session.onEnd(handler) else {
            Task.detached { await handler() }
            return nil
        }
        return ClientObservation(session, number)
    }

    /// What somebody wants to know of a client's end, for as long as this is kept.
    public final class ClientObservation: Sendable {
        private let session: ClientSession
        private let number: UInt64

        init(_ session: ClientSession, _ number: UInt64) {
            self.session = session
            self.number = number
        }

        /// Ends the observation.
        public func cancel() { session.disregard(number) }

        deinit { session.disregard(number) }
    }
}
