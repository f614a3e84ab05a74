import Synchronization

/// Things that happen on other threads, in their order, and a way to wait until enough of them have happened.
public final class Tally<Element: Sendable>: Sendable {
    private let list: Mutex<[Element]> = Mutex([])
    private let stream: AsyncStream<Element>
    private let feed: AsyncStream<Element>.Continuation

    /// Makes a tally of nothing.
    public init() {
        (stream, feed) = AsyncStream.makeStream()
    }

    /// What has happened so far.
    public var elements: [Element] { list.withLock { $0 } }

    /// Tells that something has happened.
    public func add(_ element: Element) {
        list.withLock { $0.append(element) }
        feed.yield(element)
    }

    /// Waits until `count` more things have happened, and returns these; one task at a time.
    public func next(_ count: Int) async -> [Element] {
        var found: [Element] = []
        guard count > 0 else { return found }
        for await element in stream {
            found.append(element)
            if found.count == count { break }
        }
        return found
    }
}
