/// A part of shared memory, of which only pieces that lie inside are read and written.
///
/// Others may write at the same time: what is read is then a mixture of bytes, and never anything worse.
package struct MemoryRegion: Sendable {
    package let mapping: SharedMapping
    package let offset: Int
    package let count: Int

    package init(_ mapping: SharedMapping, at offset: Int = 0, count: Int) {
        precondition(offset >= 0 && count >= 0 && offset + count <= mapping.count, "outside the mapping")
        self.mapping = mapping
        self.offset = offset
        self.count = count
    }

    /// Whether so many bytes lie inside from here on.
    package func contains(_ start: Int, count length: Int) -> Bool {
        start >= 0 && length >= 0 && start <= count && length <= count - start
    }

    private func bytes(_ start: Int, _ length: Int) -> UnsafeMutableRawBufferPointer {
        precondition(contains(start, count: length), "outside the shared memory")
        return unsafe mapping.bytes(at: offset + start, count: length)
    }

    // The mapping outlives each body, because `self` holds it and is alive at the end.

    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(mapping) }
        return try unsafe body(UnsafeRawBufferPointer(bytes(0, count)).bytes)
    }

    package func withMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (inout MutableRawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(mapping) }
        var span = unsafe bytes(0, count).mutableBytes
        return try body(&span)
    }

    /// The value whose bytes begin there; it need not be aligned.
    package func load<Value: BitwiseCopyable>(at start: Int, as type: Value.Type) -> Value {
        defer { extendLifetime(mapping) }
        return unsafe bytes(start, MemoryLayout<Value>.size).loadUnaligned(as: type)
    }

    package func store<Value: BitwiseCopyable>(_ value: Value, at start: Int) {
        defer { extendLifetime(mapping) }
        unsafe bytes(start, MemoryLayout<Value>.size).storeBytes(of: value, as: Value.self)
    }

    /// A copy of the bytes in the range.
    package func copy(_ range: Range<Int>) -> [UInt8] {
        defer { extendLifetime(mapping) }
        return unsafe [UInt8](bytes(range.lowerBound, range.count))
    }

    /// Copies bytes into the memory.
    package func write(_ source: RawSpan, at start: Int) {
        defer { extendLifetime(mapping) }
        let target = unsafe bytes(start, source.byteCount)
        unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }

    // MARK: Elements

    /// Calls the body with the memory as elements, which all lie inside and are aligned.
    package func withElements<Element: BitwiseCopyable, Result: ~Copyable, Failure: Error>(
        of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(mapping) }
        return try unsafe body(bytes(0, count).assumingMemoryBound(to: type))
    }

    package func withSpan<Element: BitwiseCopyable, Result: ~Copyable, Failure: Error>(
        of type: Element.Type, _ body: (Span<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(mapping) }
        return try unsafe body(UnsafeBufferPointer(bytes(0, count).assumingMemoryBound(to: type)).span)
    }

    package func withMutableSpan<Element: BitwiseCopyable, Result: ~Copyable, Failure: Error>(
        of type: Element.Type, _ body: (inout MutableSpan<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(mapping) }
        var span = unsafe bytes(0, count).assumingMemoryBound(to: type).mutableSpan
        return try body(&span)
    }
}
