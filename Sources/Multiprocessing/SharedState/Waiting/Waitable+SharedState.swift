import MultiprocessingCore

extension SharedQueue: Waitable {
    /// A value that can be taken, or the end of the queue; another reader may be faster.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle.
    public var waitSource: WaitSource { get throws { PlaceObserver.source(try core.storage().messages) } }
}

extension JoinableQueue: Waitable {
    /// A value that can be taken, or the end of the queue; another reader may be faster.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle.
    public var waitSource: WaitSource { get throws { PlaceObserver.source(try core.storage().messages) } }
}

extension SimpleQueue: Waitable {
    /// A value that can be taken; another reader may be faster.
    ///
    /// - Throws: a ``MultiprocessingError`` for a closed handle.
    public var waitSource: WaitSource { get throws { try queue.waitSource } }
}

extension SharedEvent: Waitable {
    /// The event's being set.
    public var waitSource: WaitSource { PlaceObserver.source(storage.whileSet) }
}
