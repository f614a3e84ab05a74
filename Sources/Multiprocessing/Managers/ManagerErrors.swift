import MultiprocessingCore

extension MultiprocessingError {
    static let managerGone = MultiprocessingError(
        .managerGone, "the manager of the object has ended, or cannot be reached from this process")

    /// Why the way to a manager has ended.
    static func managerGone(_ failure: TransportFailure) -> MultiprocessingError {
        switch failure {
        case .ended, .broken: managerGone
        default:
            MultiprocessingError(.managerGone, "the connection to the manager has failed", cause: failure)
        }
    }

    static func objectGone(_ number: UInt64) -> MultiprocessingError {
        MultiprocessingError(
            .notFound, "object \(number) of the manager has ended: its last proxy and its name were gone")
    }

    static let timedOutCall = MultiprocessingError(
        .timeout, "a managed object's method did not return within the limit")
}
