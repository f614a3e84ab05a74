import Synchronization

/// Something that one owner leaves and one other takes, perhaps elsewhere.
final class Handover<Value>: @unchecked Sendable {
    // @unchecked because the value need not be Sendable: whoever leaves it keeps nothing of it, which
    // `sending` checks, and only one taker ever gets it.
    private let content: Mutex<UnsafeContent>

    private struct UnsafeContent: @unchecked Sendable {
        // @unchecked for the same reason.
        var value: Value?
    }

    init(_ value: sending Value) {
        content = Mutex(UnsafeContent(value: value))
    }

    /// Takes what was left; nil from the second time on.
    func take() -> sending Value? {
        content.withLock { content in
            let taken = content
            content.value = nil
            return taken
        }.value
    }
}
