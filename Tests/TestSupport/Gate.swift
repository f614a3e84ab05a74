import Synchronization

/// Something that happens once, and that threads wait for: the test's alternative to sleeping.
public final class Gate: Sendable {
    private let event: Mutex<Bool> = Mutex(false)
    private let stream: AsyncStream<Void>
    private let opener: AsyncStream<Void>.Continuation

    /// Makes a gate that is closed.
    public init() {
        (stream, opener) = AsyncStream.makeStream()
    }

    /// Whether it has been opened.
    public var isOpen: Bool { event.withLock { $0 } }

    /// Opens it; more than once is the same as once.
    public func open() {
        event.withLock { $0 = true }
        opener.finish()
    }

    /// Waits until it is open; one task at a time.
    public func wait() async {
        for await _ in stream {}
    }
}
