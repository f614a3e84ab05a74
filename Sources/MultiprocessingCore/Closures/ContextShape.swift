/// How the contexts of one closure lie in memory: what a hot call need not find out again.
struct ContextShape: Sendable {
    /// One captured value.
    enum Capture: Sendable {
        /// A value that is stored where it was captured.
        case value(any (Codable & SendableMetatype).Type)
        /// A reference to an object, whose class may be a subclass of this one.
        case object(any (Codable & SendableMetatype).Type)
        /// Another closure: its two words.
        case closure
    }

    let metadata: CodeAddress
    let bindings: [Binding]
    let captures: [(capture: Capture, offset: Int)]
    let bindingOffset: Int
    let size: Int
    let alignmentMask: Int

    /// Lays the captured values out as the compiler does: in order, each at its natural alignment.
    init(metadata: CodeAddress, descriptor: CaptureDescriptor, bindings: [Binding]) throws(FunctionRefusal) {
        var end = descriptor.offset + descriptor.bindingCount * MemoryLayout<UInt>.size
        var alignmentMask = MemoryLayout<UInt>.alignment - 1
        var captures: [(capture: Capture, offset: Int)] = []
        let parts = try Binding.parts(of: descriptor, bindings)
        for name in descriptor.captures {
            let capture = try Capture(name, parts: parts)
            let mask = capture.alignment - 1
            let offset = (end + mask) & ~mask
            captures.append((capture, offset))
            end = offset + capture.size
            alignmentMask |= mask
        }
        self.metadata = metadata
        self.bindings = bindings
        self.captures = captures
        bindingOffset = descriptor.offset
        size = end
        self.alignmentMask = alignmentMask
    }
}

extension ContextShape.Capture {
    init(_ name: MangledName, parts: [Any.Type]) throws(FunctionRefusal) {
        guard !name.isWeakReference else { throw .weakReference }
        guard !name.isVariableBox else { throw .variable }
        guard let type = name.type(parts: parts) else {
            if name.isClosure {
                self = .closure
                return
            }
            guard let typeName = name.declaredTypeName, !name.mentionsFunction else {
                throw .notUnderstood(name.description)
            }
            throw .stripped(typeName: typeName)
        }
        guard let codable = type as? any (Codable & SendableMetatype).Type else { throw .notCodable(type) }
        self = MetadataRecord(type).kind == .classType ? .object(codable) : .value(codable)
    }

    var size: Int {
        switch self {
        case .value(let type), .object(let type): Self.size(type)
        case .closure: MemoryLayout<FunctionWords>.size
        }
    }

    var alignment: Int {
        switch self {
        case .value(let type), .object(let type): Self.alignment(type)
        case .closure: MemoryLayout<FunctionWords>.alignment
        }
    }

    private static func size<Value>(_ type: Value.Type) -> Int { MemoryLayout<Value>.size }
    private static func alignment<Value>(_ type: Value.Type) -> Int { MemoryLayout<Value>.alignment }
}
