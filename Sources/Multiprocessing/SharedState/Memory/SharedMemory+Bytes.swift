import MultiprocessingCore

extension SharedMemory {
    /// Calls the body with all the bytes, to read them.
    ///
    /// - Parameter body: gets the memory itself and no copy; others may change it meanwhile.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws; a ``MultiprocessingError`` with the code `closed` for a closed handle.
    public func withBytes<Result: ~Copyable>(_ body: (RawSpan) throws -> Result) throws -> Result {
        try region.withBytes(body)
    }

    /// Calls the body with all the bytes, to read and write them; Python's `buf`.
    ///
    /// - Parameter body: gets the memory itself; what it writes, others see at once.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws; a ``MultiprocessingError`` with the code `closed` for a closed handle.
    public func withMutableBytes<Result: ~Copyable>(
        _ body: (inout MutableRawSpan) throws -> Result
    ) throws -> Result {
        try region.withMutableBytes(body)
    }

    /// Reads a value.
    ///
    /// - Parameters:
    ///   - offset: where its bytes begin; they need not be aligned.
    ///   - type: numbers, and structs of them, of which every pattern of bits is a value.
    /// - Returns: the value; a mixture of two if somebody writes it meanwhile.
    /// - Throws: a ``MultiprocessingError``: `invalidArgument` for a place that is not inside, `closed` for a closed
    ///   handle.
    public func load<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type = Value.self) throws -> Value
    {
        try region(offset, MemoryLayout<Value>.size).load(at: offset, as: type)
    }

    /// Writes a value.
    ///
    /// - Parameters:
    ///   - value: numbers, and structs of them; others read what its pointers stand for at their own risk.
    ///   - offset: where its bytes begin; they need not be aligned.
    ///   - type: as what it is written.
    /// - Throws: the same as ``load(at:as:)``.
    public func store<Value: BitwiseCopyable>(
        _ value: Value, at offset: Int, as type: Value.Type = Value.self
    ) throws {
        try region(offset, MemoryLayout<Value>.size).store(value, at: offset)
    }

    /// Copies a part of the bytes out.
    ///
    /// - Parameter range: which bytes; nil for all.
    /// - Returns: the copy.
    /// - Throws: the same as ``load(at:as:)``.
    public func copyBytes(_ range: Range<Int>? = nil) throws -> [UInt8] {
        let range = range ?? 0..<count
        return try region(range.lowerBound, range.count).copy(range)
    }

    /// Copies bytes in.
    ///
    /// - Parameters:
    ///   - bytes: what is written.
    ///   - offset: where.
    /// - Throws: the same as ``load(at:as:)``; nothing is written then.
    public func write(_ bytes: some Sequence<UInt8>, at offset: Int = 0) throws {
        let bytes = ContiguousArray(bytes)
        try write(bytes.span.bytes, at: offset)
    }

    /// Copies bytes in.
    ///
    /// - Parameters:
    ///   - bytes: what is written, such as the `bytes` of an array's `span`.
    ///   - offset: where.
    /// - Throws: the same as ``load(at:as:)``; nothing is written then.
    public func write(_ bytes: RawSpan, at offset: Int = 0) throws {
        try region(offset, bytes.byteCount).write(bytes, at: offset)
    }

    /// The byte at an index, which has to lie inside, of a handle that is open.
    public subscript(index: Int) -> UInt8 {
        get { indexed(index..<index + 1).load(at: index, as: UInt8.self) }
        set { indexed(index..<index + 1).store(newValue, at: index) }
    }

    /// The bytes of a range, which has to lie inside; as many go in as come out.
    ///
    /// The handle has to be open.
    public subscript(range: Range<Int>) -> [UInt8] {
        get { indexed(range).copy(range) }
        set {
            precondition(
                newValue.count == range.count, "\(newValue.count) bytes for the place of \(range.count)")
            indexed(range).write(newValue.span.bytes, at: range.lowerBound)
        }
    }

    /// The memory, which holds the bytes of a range.
    private func region(_ offset: Int, _ length: Int) throws -> MemoryRegion {
        let region = try region
        guard region.contains(offset, count: length) else {
            throw MultiprocessingError(
                .invalidArgument, "\(length) bytes at \(offset) are not inside \(title) of \(count) bytes")
        }
        return region
    }

    private func indexed(_ range: Range<Int>) -> MemoryRegion {
        guard let region = try? region else { preconditionFailure("\(title) was closed") }
        precondition(
            region.contains(range.lowerBound, count: range.count),
            "\(range) is not inside \(title) of \(count) bytes")
        return region
    }
}
