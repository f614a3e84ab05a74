/// Closures on their way to another process of the same build: code by its place in an image, captured values
/// by their encodings.
///
/// Whatever cannot be proved to be safe is refused before anything is sent.
package enum FunctionTransport {
    static let plain: UInt8 = 0
    static let box: UInt8 = 1
    static let single: UInt8 = 2
    static let valueCapture: UInt8 = 0
    static let functionCapture: UInt8 = 1
    static let bitsCapture: UInt8 = 2
    /// Closures within closures: debug builds add a few for every conversion.
    static let depthLimit = 32

    /// Appends a closure; the caller keeps it alive meanwhile.
    ///
    /// - Throws: a `FunctionRefusal`, or what the encoding of a captured value throws.
    package static func encode(_ words: FunctionWords, into writer: inout ByteWriter) throws {
        try encode(words, into: &writer, depth: 0)
    }

    static func encode(_ words: FunctionWords, into writer: inout ByteWriter, depth: Int) throws {
        guard depth < depthLimit else { throw FunctionRefusal.unknownCapture }
        guard words.context != 0 else {
            writer.append(plain)
            return try encodeAddress(words.code, into: &writer)
        }
        // The context of a living closure is a living object, which begins with its metadata.
        let metadata = unsafe UnsafeRawPointer(address: words.context).load(as: UInt.self)
        let kind = unsafe UnsafeRawPointer(address: metadata).load(as: UInt.self)
        guard kind == CaptureBox.kind else {
            writer.append(single)
            try encodeAddress(words.code, into: &writer)
            return try SingleCapture.encode(words.context, metadata: metadata, into: &writer)
        }
        let content = try CaptureBox(metadata: metadata)
        writer.append(box)
        try encodeAddress(words.code, into: &writer)
        try encodeAddress(metadata, into: &writer)
        writer.append(UInt32(content.captures.count))
        for (capture, offset) in content.captures {
            let place = unsafe UnsafeRawPointer(address: words.context) + offset
            switch capture {
            case .function:
                writer.append(functionCapture)
                try encode(unsafe place.load(as: FunctionWords.self), into: &writer, depth: depth + 1)
            case .bits(let size):
                writer.append(bitsCapture)
                unsafe writer.append(contentsOf: UnsafeRawBufferPointer(start: place, count: size))
            case .value(let type):
                guard let type = type as? any Codable.Type else { throw FunctionRefusal.notCodable(type) }
                writer.append(valueCapture)
                try unsafe encodeCapture(type, at: place, into: &writer)
            }
        }
    }

    private static func encodeAddress(_ address: UInt, into writer: inout ByteWriter) throws(FunctionRefusal)
    {
        guard CodeAddress.encode(address, into: &writer) else { throw .foreignCode }
    }
}

/// Opens the type; a top-level function because local generic ones crash the compiler.
private func encodeCapture<T: Codable>(
    _ type: T.Type, at place: UnsafeRawPointer, into writer: inout ByteWriter
) throws {
    try unsafe BinaryEncoder().encode(place.assumingMemoryBound(to: T.self).pointee, into: &writer)
}
