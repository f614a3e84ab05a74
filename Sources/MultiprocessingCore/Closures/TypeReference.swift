import Synchronization

/// A type on its way to another process of the same build: by its name, or by its descriptors.
package enum TypeReference {
    private static let byName: UInt8 = 0
    private static let bySymbols: UInt8 = 1

    /// Encodings, because making a name is slow and the same few types are sent again and again.
    private static let known = Mutex<[ObjectIdentifier: [UInt8]]>([:])

    /// Appends a reference to the type.
    ///
    /// - Throws: a `FunctionRefusal` when no form is found that leads back to the same type.
    package static func encode(_ type: Any.Type, into writer: inout ByteWriter) throws(FunctionRefusal) {
        let key = ObjectIdentifier(type)
        if let bytes = known.withLock({ $0[key] }) { return writer.append(contentsOf: bytes) }
        var fresh = ByteWriter()
        if let name = _mangledTypeName(type), let found = _typeByName(name), found == type {
            fresh.append(byName)
            fresh.append(string: name)
        } else {
            try encodeSymbols(of: type, into: &fresh)
        }
        let bytes = fresh.bytes
        known.withLock { $0[key] = bytes }
        writer.append(contentsOf: bytes)
    }

    private static func encodeSymbols(
        of type: Any.Type, into writer: inout ByteWriter
    ) throws(FunctionRefusal) {
        let name = try SymbolicName(type)
        guard let found = name.resolve(), found == type else { throw .unnamable(type) }
        writer.append(bySymbols)
        writer.append(UInt32(name.text.count))
        writer.append(contentsOf: name.text)
        for descriptor in name.descriptors {
            guard CodeAddress.encode(descriptor, into: &writer) else { throw .unnamable(type) }
        }
    }

    /// Reads what `encode` wrote; only from a channel that was inherited.
    package static func decode(from reader: inout ByteReader) throws(WireError) -> Any.Type {
        switch try reader.read(UInt8.self) {
        case byName:
            let name = try reader.readString()
            guard let type = _typeByName(name) else {
                throw .malformed("there is no type with the name \(name)")
            }
            return type
        case bySymbols:
            let count = Int(try reader.read(UInt32.self))
            let text = unsafe Array(try reader.readBytes(count))
            var descriptors: [UInt] = []
            for _ in 0..<text.count(where: { $0 == SymbolicName.placeholder }) {
                descriptors.append(try CodeAddress.decode(from: &reader))
            }
            guard !descriptors.isEmpty,
                let type = SymbolicName(text: text, descriptors: descriptors).resolve()
            else { throw .malformed("a type that this program does not have") }
            return type
        default:
            throw .malformed("a type reference of an unknown kind")
        }
    }
}
