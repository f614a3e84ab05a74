import MultiprocessingCore

extension SharedArray: RandomAccessCollection, MutableCollection {
    /// Where the first element is, also in an empty array.
    public var startIndex: Int { 0 }
    /// The index behind the last element.
    public var endIndex: Int { count }

    /// The element at an index, which has to be one of the array's; without the lock.
    public subscript(index: Int) -> Element {
        get { memory.region.load(at: place(index), as: Element.self) }
        set { memory.region.store(newValue, at: place(index)) }
    }

    private func place(_ index: Int) -> Int {
        precondition(index >= 0 && index < count, "there is no element \(index) in an array of \(count)")
        return index * Self.stride
    }

    /// Calls the body with all elements as they lie in memory.
    ///
    /// - Parameter body: reads them; others may change them meanwhile.
    /// - Returns: what the body returns.
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try memory.region.withElements(of: Element.self) { try body(UnsafeBufferPointer($0)) }
    }
}

extension SharedArray {
    /// Calls the body with all elements, to read them; without the lock.
    ///
    /// - Parameter body: gets the memory itself and no copy.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    public func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (Span<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try memory.region.withSpan(of: Element.self, body)
    }

    /// Calls the body with all elements, to read and write them; without the lock.
    ///
    /// - Parameter body: gets the memory itself and no copy.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    public func withMutableSpan<Result: ~Copyable, Failure: Error>(
        _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try memory.region.withMutableSpan(of: Element.self, body)
    }

    /// Runs the body while this task holds the lock.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the lock; nil waits without a limit.
    ///   - isolation: the caller's actor, on which the body runs.
    ///   - body: gets the elements as they lie in memory, and suspends nowhere.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws, after which its changes count all the same; `CancellationError` when the task is
    ///   cancelled while it waits; an ``OwnerDiedError`` when the last holder was killed with the lock held, and so may
    ///   have left the elements half changed, until ``SharedLock/markRepaired()``; a ``MultiprocessingError`` when the
    ///   limit is over, or for a raw array.
    public func withLock<Result>(
        timeout: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: (inout MutableSpan<Element>) throws -> Result
    ) async throws -> Result {
        try await TypedMemory.lock(of: Self.title, lock).withLock(timeout: timeout) {
            try withMutableSpan(body)
        }
    }

    /// Runs the body while this thread, which is blocked until then, holds the lock.
    ///
    /// - Parameter body: gets the elements as they lie in memory.
    /// - Returns: what the body returns.
    /// - Throws: the same as ``withLock(timeout:isolation:_:)``.
    public func withLockBlocking<Result>(_ body: (inout MutableSpan<Element>) throws -> Result) throws
        -> Result
    {
        try TypedMemory.lock(of: Self.title, lock).withLockBlocking { try withMutableSpan(body) }
    }

    // MARK: Many at once

    /// Copies elements out, as fast as memory can be read; without the lock.
    ///
    /// - Parameter range: which elements; nil for all.
    /// - Returns: the copy.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for elements that are not there.
    public func copyElements(_ range: Range<Int>? = nil) throws -> [Element] {
        let range = range ?? indices
        try check(range.lowerBound, range.count)
        return memory.region.withElements(of: Element.self) { Array($0[range]) }
    }

    /// Copies elements to where there is memory for them already, which is faster than to new memory; without the lock.
    ///
    /// - Parameters:
    ///   - target: is overwritten, as far as it goes.
    ///   - index: the first element that is copied.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for more than there are from there on;
    ///   nothing is copied then.
    public func copyElements(into target: inout MutableSpan<Element>, from index: Int = 0) throws {
        let count = target.count
        try check(index, count)
        memory.region.withElements(of: Element.self) { source in
            target.withUnsafeMutableBufferPointer { target in
                _ = target.update(fromContentsOf: source[index..<(index + count)])
            }
        }
    }

    /// Copies elements in, as fast as memory can be written; without the lock.
    ///
    /// - Parameters:
    ///   - elements: what is written.
    ///   - index: where the first one goes.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for more than there is room for from there on;
    ///   nothing is written then.
    public func write(_ elements: some Collection<Element>, at index: Int = 0) throws {
        let isWritten: Void? = try elements.withContiguousStorageIfAvailable { try write($0.span, at: index) }
        if isWritten == nil { try write(ContiguousArray(elements).span, at: index) }
    }

    /// Copies elements in, as fast as memory can be written; without the lock.
    ///
    /// - Parameters:
    ///   - elements: what is written.
    ///   - index: where the first one goes.
    /// - Throws: the same as for a collection.
    public func write(_ elements: Span<Element>, at index: Int = 0) throws {
        try check(index, elements.count)
        memory.region.withElements(of: Element.self) { target in
            elements.withUnsafeBufferPointer { _ = target[index...].update(fromContentsOf: $0) }
        }
    }

    private func check(_ index: Int, _ length: Int) throws {
        guard index >= 0, index <= count, length <= count - index else {
            throw MultiprocessingError(
                .invalidArgument, "\(length) elements from \(index) on are not in an array of \(count)")
        }
    }
}
