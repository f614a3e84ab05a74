/// Names a type to another process of the same build, private and function-local types included.
///
/// A declared type travels as the place of its declaration and its generic arguments, because only that
/// finds private types, and because it is twenty times as fast as looking a name up. Types that nobody declares
/// travel by their mangled name. Whatever is written was resolved here before, and gave the same type.
package enum TypeReference {
    private static let known = GlobalMutex<[ObjectIdentifier: [UInt8]]>([:])

    /// Appends a reference to the type.
    ///
    /// - Throws: `TypeRefusal` if no reference leads back to the type.
    package static func encode(_ type: Any.Type, into writer: inout ByteWriter) throws(TypeRefusal) {
        writer.append(contentsOf: try reference(to: type))
    }

    /// Reads a reference and resolves it.
    ///
    /// - Throws: `WireError` or `CodeReferenceError` if it leads to no type here.
    package static func decode(from reader: inout ByteReader, trust: CodeTrust) throws -> Any.Type {
        try TypeNode.decode(from: &reader, depth: 0, trust: trust)
    }

    static func reference(to type: Any.Type) throws(TypeRefusal) -> [UInt8] {
        let key = ObjectIdentifier(type)
        if let bytes = known.withLock({ $0[key] }) { return bytes }
        let bytes = try TypeNode.reference(to: type)
        known.withLock { $0[key] = bytes }
        return bytes
    }
}
