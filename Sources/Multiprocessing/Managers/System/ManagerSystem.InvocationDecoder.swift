import Distributed
import MultiprocessingCore

extension ManagerSystem {
    /// The arguments of a call, as they are read.
    public struct InvocationDecoder: DistributedTargetInvocationDecoder, Sendable {
        /// What arguments have to be.
        public typealias SerializationRequirement = Codable

        var arguments: FrameSlice
        let types: [any Any.Type]

        /// The generic arguments, which are those of the object itself and those of the method.
        ///
        /// - Returns: them.
        public mutating func decodeGenericSubstitutions() -> [any Any.Type] { types }

        /// Reads the next argument.
        ///
        /// - Returns: the argument.
        /// - Throws: a ``MultiprocessingError`` with the code `undecodable` for bytes that are no such value.
        public mutating func decodeNextArgument<Argument: Codable>() throws -> Argument {
            try arguments.read { try $0.argument() }
        }

        /// Says nothing: what is thrown says itself what it is.
        ///
        /// - Returns: nil.
        public mutating func decodeErrorType() -> (any Any.Type)? { nil }

        /// Says nothing: the method's declaration does.
        ///
        /// - Returns: nil.
        public mutating func decodeReturnType() -> (any Any.Type)? { nil }
    }
}
