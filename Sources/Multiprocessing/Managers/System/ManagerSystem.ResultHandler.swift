import Distributed
import MultiprocessingCore

extension ManagerSystem {
    /// Takes what a method returns or throws, for the client that called it.
    public final class ResultHandler: DistributedTargetInvocationResultHandler, Sendable {
        /// What results have to be.
        public typealias SerializationRequirement = Codable

        private let id: UInt64
        private let session: ClientSession

        init(_ id: UInt64, to session: ClientSession) {
            self.id = id
            self.session = session
        }

        /// The method has returned a value.
        ///
        /// - Parameter value: the value.
        /// - Throws: nothing; a value that cannot be encoded is an error of the call.
        public func onReturn<Success: Codable>(value: Success) async throws {
            session.answer(id, value: value)
        }

        /// The method has returned.
        ///
        /// - Throws: nothing.
        public func onReturnVoid() async throws {
            session.answerNothing(id)
        }

        /// The method has thrown.
        ///
        /// - Parameter error: what it threw.
        /// - Throws: nothing.
        public func onThrow<Err: Error>(error: Err) async throws {
            session.answer(id, error: error)
        }
    }
}
