import MultiprocessingCore

extension MultiprocessingError {
    /// Why a child of this name was not started.
    init(_ failure: LaunchFailure, starting name: String) {
        if let bytes = failure.preloadError {
            self.init(
                .startFailed, "the preload closure of the fork server of \(name) threw",
                cause: ClosurePreloader.error(in: bytes))
        } else {
            self.init(.startFailed, "\(name) could not be started", cause: failure)
        }
    }
}
