import MultiprocessingCore
import Synchronization

/// Something that is done once: when asked for, or else when the process ends by itself.
///
/// ```swift
/// let removal = Finalizer(priority: 10) { try? FileManager.default.removeItem(at: folder) }
/// removal.run()           // now, and not again
/// ```
///
/// At the end of a process, which is that of `main` or of a child's body, or a call of `exit`, finalizers run by
/// falling priority, those of one priority in the opposite order of their making. Those with a priority below
/// zero run after the process has waited for its children. A process that a signal ends runs none. They belong to
/// the process that made them: a forked copy of it runs none of them. Python's `multiprocessing.util.Finalize`.
public final class Finalizer: Sendable {
    private struct Registry {
        var pending: [ObjectIdentifier: Finalizer] = [:]
        var lastNumber: UInt64 = 0
    }

    private static let registry = GlobalMutex(Registry())

    private let priority: Int
    private let number: UInt64
    private let owner = ThisProcess.id
    private let body: Mutex<(@Sendable () -> Void)?>

    /// Registers something to be done.
    ///
    /// - Parameters:
    ///   - priority: the higher, the earlier.
    ///   - body: what is done; it may block, and keeps the end of the process waiting.
    @discardableResult
    public init(priority: Int = 0, _ body: @escaping @Sendable () -> Void) {
        self.priority = priority
        self.body = Mutex(body)
        number = Self.registry.withLock { registry in
            registry.lastNumber += 1
            return registry.lastNumber
        }
        ChildRegistry.prepare()
        Self.registry.withLock { $0.pending[ObjectIdentifier(self)] = self }
    }

    /// Whether it is still to be done.
    public var isPending: Bool { body.withLock { $0 != nil } && owner == ThisProcess.id }

    /// Does it now, unless it was done or cancelled.
    public func run() {
        guard owner == ThisProcess.id else { return }
        let body = take()
        body?()
    }

    /// Gives it up.
    public func cancel() {
        _ = take()
    }

    private func take() -> (@Sendable () -> Void)? {
        _ = Self.registry.withLock { $0.pending.removeValue(forKey: ObjectIdentifier(self)) }
        return body.withLock { $0.take() }
    }

    /// Runs those with at least this priority, until there are none: one may register another.
    static func runAll(from lowest: Int) {
        while case let pending = pending(from: lowest), !pending.isEmpty {
            for finalizer in pending { finalizer.run() }
        }
    }

    private static func pending(from lowest: Int) -> [Finalizer] {
        registry.withLock { $0.pending.values.map(\.self) }
            .filter { $0.priority >= lowest && $0.owner == ThisProcess.id }
            .sorted { ($0.priority, $0.number) > ($1.priority, $1.number) }
    }
}
