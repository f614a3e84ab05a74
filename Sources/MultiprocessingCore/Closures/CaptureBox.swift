/// What the metadata of a closure's context tells: where the captured values lie and of which types they are.
///
/// The compiler emits this description for debuggers, in every build.
@safe struct CaptureBox {
    /// A captured value.
    enum Capture {
        case value(Any.Type)
        /// A closure: two words, of which the second is a context again.
        case function
        /// A number without a type, of so many bytes: what an optimised build leaves of simple values.
        case bits(Int)
    }

    /// The metadata of the context; contexts that are made by the same code share it.
    let metadata: UInt
    /// The captured values with their places in the context, in order.
    let captures: [(capture: Capture, offset: Int)]
    /// Bytes of the whole context.
    let size: Int
    let alignment: Int

    static let kind: UInt = 0x400

    /// - Throws: for contexts with values that are no plain values.
    init(metadata: UInt) throws(FunctionRefusal) {
        self.metadata = metadata
        // The caller has seen the kind, and records of this kind have these fields.
        let record = unsafe UnsafeRawPointer(address: metadata)
        guard let description = unsafe record.load(fromByteOffset: 16, as: UnsafeRawPointer?.self) else {
            throw .unknownCapture
        }
        let count = unsafe description.load(as: UInt32.self)
        let sources = unsafe description.load(fromByteOffset: 4, as: UInt32.self)
        let bindings = unsafe description.load(fromByteOffset: 8, as: UInt32.self)
        guard sources == 0, bindings == 0 else { throw .genericContext }
        var offset = unsafe Int(record.load(fromByteOffset: 8, as: UInt32.self))
        var captures: [(Capture, Int)] = []
        var alignment = 16
        for index in 0..<Int(count) {
            let field = unsafe description + 12 + 4 * index
            let name = unsafe field + Int(field.load(as: Int32.self))
            let capture = try unsafe Self.capture(named: name)
            let (size, align) = Self.layout(of: capture)
            offset = (offset + align - 1) & -align
            captures.append((capture, offset))
            offset += size
            alignment = max(alignment, align)
        }
        self.captures = captures
        size = offset
        self.alignment = alignment
    }

    private static func layout(of capture: Capture) -> (size: Int, alignment: Int) {
        switch capture {
        case .function: (MemoryLayout<FunctionWords>.size, MemoryLayout<FunctionWords>.alignment)
        case .bits(let size): (size, size)
        case .value(let type): layoutOfType(type)
        }
    }

    private static func capture(named name: UnsafeRawPointer) throws(FunctionRefusal) -> Capture {
        let text = unsafe MangledText(name)
        // The bytes end with a zero that is not part of a reference, so they are all there.
        let type: Any.Type? = unsafe _getTypeByMangledNameInContext(
            name.assumingMemoryBound(to: UInt8.self), UInt(text.length), genericContext: nil,
            genericArguments: nil)
        if let type { return .value(type) }
        if let size = text.builtinSize { return .bits(size) }
        guard text.isThickFunction else { throw .unknownCapture }
        return .function
    }
}

/// Opens the type.
private func layoutOfType<T>(_ type: T.Type) -> (Int, Int) {
    (MemoryLayout<T>.size, MemoryLayout<T>.alignment)
}
