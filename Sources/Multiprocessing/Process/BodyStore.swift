import MultiprocessingCore
import Synchronization

/// What a child will do, for as long as it has not been told: then its body and arguments are let go.
final class BodyStore: Sendable {
    /// The two forms in which a child can get its body.
    struct Forms: Sendable {
        /// Appends the body and its arguments to what the child is told.
        let encode: @Sendable (inout MessageWriter) throws -> Void
        /// The body with its arguments itself, for a forked copy of this process.
        let inherited: InheritedBody
    }

    private let forms: Mutex<Forms?>

    init(_ forms: Forms) {
        self.forms = Mutex(forms)
    }

    /// Hands the body out, once.
    func take() -> Forms? {
        forms.withLock { $0.take() }
    }
}

/// A body with its arguments, which a forked copy of this process finds in its memory.
struct InheritedBody: Sendable {
    let run: @Sendable () async throws -> Void
}
