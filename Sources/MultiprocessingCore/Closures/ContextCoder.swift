import CMultiprocessing

/// The wire form of a closure's context: the place of its metadata, then its bindings and captured values.
enum ContextCoder {
    static func encode(_ context: UnsafeRawPointer, into output: inout CaptureOutput, depth: Int) throws {
        let shape = try unsafe ContextShape.of(contextAt: context)
        shape.metadata.encode(as: .contextMetadata, into: &output.bytes)
        output.bytes.append(UInt16(shape.bindings.count))
        for binding in shape.bindings { output.bytes.append(contentsOf: binding.reference) }
        output.bytes.append(UInt16(shape.captures.count))
        for (capture, offset) in shape.captures {
            let place = unsafe context + offset
            switch capture {
            case .value(let type): try unsafe CapturedValue.encode(type, at: place, into: &output)
            case .object(let type): try unsafe CapturedObject.encode(type, at: place, into: &output)
            case .closure:
                let words = unsafe place.load(as: FunctionWords.self)
                try FunctionTransport.encode(words, into: &output, depth: depth + 1)
            }
        }
    }

    /// Makes a context; the caller owns it.
    static func decode(from input: inout CaptureInput, depth: Int) throws -> UInt {
        let metadata = try CodeAddress.decode(as: .contextMetadata, from: &input.bytes, trust: input.trust)
        let bindingCount = Int(try input.bytes.read(UInt16.self))
        let bindings = try Binding.decode(bindingCount, from: &input.bytes, trust: input.trust)
        let shape = try ContextShape.of(contextsOf: metadata, bindings: bindings)
        guard try Int(input.bytes.read(UInt16.self)) == shape.captures.count,
            let metadataPointer = unsafe UnsafeRawPointer(bitPattern: metadata.address)
        else { throw WireError.malformed("a closure's context with another number of captured values") }

        let context = unsafe mp_allocate_object(metadataPointer, shape.size, shape.alignmentMask)
        for (index, binding) in bindings.enumerated() {
            unsafe context.storeBytes(
                of: binding.word, toByteOffset: shape.bindingOffset + index * 8, as: UInt.self)
        }
        var filled = 0
        do {
            for (capture, offset) in shape.captures {
                let place = unsafe context + offset
                switch capture {
                case .value(let type): try unsafe CapturedValue.decode(type, at: place, from: &input)
                case .object(let type): try unsafe CapturedObject.decode(type, at: place, from: &input)
                case .closure:
                    let words = try FunctionTransport.decode(from: &input, depth: depth + 1)
                    unsafe place.storeBytes(of: words, as: FunctionWords.self)
                }
                filled += 1
            }
        } catch {
            // The context's own deinit would also end the values that are not there yet.
            for (capture, offset) in shape.captures.prefix(filled) {
                unsafe end(capture, at: context + offset)
            }
            unsafe mp_deallocate_uninitialized_object(context, shape.size, shape.alignmentMask)
            throw error
        }
        return UInt(bitPattern: context)
    }

    private static func end(_ capture: ContextShape.Capture, at place: UnsafeMutableRawPointer) {
        switch capture {
        case .value(let type), .object(let type): unsafe CapturedValue.end(type, at: place)
        case .closure: _ = unsafe OwnedFunction(adopting: place.load(as: FunctionWords.self))
        }
    }
}
