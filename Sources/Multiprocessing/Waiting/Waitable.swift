import MultiprocessingCore

/// Something that becomes ready, and that a task can wait for together with others.
///
/// A child process is ready when it has ended; a descriptor, when there is something to read or its other end is
/// gone. Your own types join in by naming the source of what they wait for.
public protocol Waitable: Sendable {
    /// What tells that this is ready.
    var waitSource: WaitSource { get throws }
}

/// What tells that something is ready.
public struct WaitSource: Sendable {
    enum Kind: Sendable {
        case descriptor(Int32)
        /// Tells at any time, and calls a handler once when it becomes so; what that returns ends it.
        case event(
            isReady: @Sendable () -> Bool,
            observe: @Sendable (@escaping @Sendable () -> Void) -> @Sendable () -> Void)
    }

    let kind: Kind

    /// An open descriptor, which stays yours and has to stay open while somebody waits.
    ///
    /// - Parameter raw: its number.
    /// - Returns: a source that is ready when there is something to read, or the other end is gone.
    public static func descriptor(_ raw: Int32) -> WaitSource {
        WaitSource(kind: .descriptor(raw))
    }

    /// Whether it is ready now.
    func isReady() throws -> Bool {
        switch kind {
        case .descriptor(let raw):
            do {
                return try DescriptorWatch.isReady(raw)
            } catch {
                throw Self.refusal(raw, error)
            }
        case .event(let isReady, _): return isReady()
        }
    }

    /// Calls the handler once, when it is ready or becomes so.
    ///
    /// - Returns: what ends the observation.
    func observe(_ handler: @escaping @Sendable () -> Void) throws -> @Sendable () -> Void {
        switch kind {
        case .descriptor(let raw):
            do {
                let watch = try DescriptorWatch(raw, handler)
                return { watch.cancel() }
            } catch {
                throw Self.refusal(raw, error)
            }
        case .event(_, let observe): return observe(handler)
        }
    }

    private static func refusal(_ raw: Int32, _ error: SystemError) -> MultiprocessingError {
        MultiprocessingError(.invalidArgument, "nobody can wait for descriptor \(raw)", cause: error)
    }
}

/// An open descriptor, to be waited for with others.
public struct WaitableDescriptor: Waitable, Hashable {
    /// The number of the descriptor.
    public let raw: Int32

    /// A descriptor, which stays yours.
    ///
    /// - Parameter raw: its number.
    public init(_ raw: Int32) {
        self.raw = raw
    }

    /// The descriptor itself.
    public var waitSource: WaitSource { .descriptor(raw) }
}

extension ChildProcess: Waitable {
    /// The end of the child.
    ///
    /// - Throws: a ``MultiprocessingError`` when the child was not started, or the handle was closed.
    public nonisolated var waitSource: WaitSource {
        get throws {
            _ = try record.startedChild("waited for")
            let end = record.end
            return WaitSource(
                kind: .event(
                    isReady: { end.value != nil },
                    observe: { handler in
                        let id = end.observe(handler)
                        return { if let id { end.disregard(id) } }
                    }))
        }
    }
}
