import Dispatch

/// A queue of its own for work that blocks: one thing after another, on a thread that nobody else waits for.
///
/// Never a concurrent or global queue: two blocked items there stall all tasks of a small machine.
package struct Lane: Sendable {
    private let queue: DispatchQueue

    package init(_ name: String) {
        queue = DispatchQueue(label: name)
    }

    /// Where processes are started.
    package static let launching = Lane("mp-launching")

    package func run(_ work: @escaping @Sendable () -> Void) {
        guard ForkedChild.isCurrent else { return queue.async(execute: work) }
        // Dispatch has no threads there.
        do {
            try OSThread.start(named: "mp-lane", work)
        } catch {
            work()
        }
    }
}
