import Distributed
import MultiprocessingCore

extension ManagerSystem {
    /// The arguments of a call, as they are written.
    public struct InvocationEncoder: DistributedTargetInvocationEncoder {
        /// What arguments have to be.
        public typealias SerializationRequirement = Codable

        var message = MessageWriter()
        /// The generic arguments: those of the object's type, then those of the method.
        var types = GenericArguments()

        /// Notes a generic argument.
        ///
        /// - Parameter type: the argument.
        public mutating func recordGenericSubstitution<T>(_ type: T.Type) {
            types.append(type)
        }

        /// Writes an argument.
        ///
        /// - Parameter argument: the argument.
        /// - Throws: a ``MultiprocessingError`` with the code `unencodable` when the value's encoding throws.
        public mutating func recordArgument<Value: Codable>(_ argument: RemoteCallArgument<Value>) throws {
            do {
                try message.append(encoding: argument.value)
            } catch let error as MultiprocessingError {
                throw error
            } catch {
                throw MultiprocessingError(
                    .unencodable, "the argument \(argument.effectiveLabel) could not be encoded", cause: error
                )
            }
        }

        /// Does nothing: what is thrown says itself what it is.
        ///
        /// - Parameter type: what the method throws.
        public mutating func recordErrorType<E: Error>(_ type: E.Type) {}

        /// Does nothing: the method's declaration says it.
        ///
        /// - Parameter type: what the method returns.
        /// - Throws: nothing; the runtime asks for the word.
        public mutating func recordReturnType<R: Codable>(_ type: R.Type) throws {}

        /// Does nothing: what was written is complete.
        public mutating func doneRecording() {}
    }
}
