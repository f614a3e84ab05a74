extension ContextShape {
    private struct Key: Hashable {
        let metadata: UInt
        let bindings: [UInt]
    }

    private static let known = GlobalMutex<[Key: ContextShape]>([:])

    /// The shape of a context of this process, whose bindings are read from it.
    static func of(contextAt context: UnsafeRawPointer) throws(FunctionRefusal) -> ContextShape {
        let metadata = unsafe context.load(as: UInt.self)
        if let shape = known.withLock({ $0[Key(metadata: metadata, bindings: [])] }) { return shape }
        guard let place = try? CodeAddress(naming: metadata),
            let descriptor = CaptureDescriptor(ofContextsAt: place)
        else { throw .notUnderstood("no description of the captured values, or one of another kind") }
        let words = (0..<descriptor.bindingCount).map {
            unsafe context.load(fromByteOffset: descriptor.offset + $0 * 8, as: UInt.self)
        }
        if !words.isEmpty, let shape = known.withLock({ $0[Key(metadata: metadata, bindings: words)] }) {
            return shape
        }
        return try make(place, descriptor, try Binding.describing(words, of: descriptor))
    }

    /// The shape of contexts that another process described, with bindings that were found here.
    static func of(contextsOf place: CodeAddress, bindings: [Binding]) throws -> ContextShape {
        let key = Key(metadata: place.address, bindings: bindings.map(\.word))
        if let shape = known.withLock({ $0[key] }) { return shape }
        guard let descriptor = CaptureDescriptor(ofContextsAt: place),
            descriptor.bindingCount == bindings.count
        else { throw WireError.malformed("a closure's context of an unknown layout") }
        return try make(place, descriptor, bindings)
    }

    private static func make(
        _ place: CodeAddress, _ descriptor: CaptureDescriptor, _ bindings: [Binding]
    ) throws(FunctionRefusal) -> ContextShape {
        let shape = try ContextShape(metadata: place, descriptor: descriptor, bindings: bindings)
        let key = Key(metadata: place.address, bindings: bindings.map(\.word))
        known.withLock { $0[key] = shape }
        return shape
    }
}
