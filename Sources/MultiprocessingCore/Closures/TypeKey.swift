/// What a type is called between processes that need not trust each other: compared with known keys, never resolved.
///
/// Programs of one build agree on where a type is declared; different programs on its mangled name, if it has one
/// that does not depend on the program.
package struct TypeKey: Hashable, Sendable, Codable {
    private static let known = GlobalMutex<[ObjectIdentifier: TypeKey]>([:])

    package let reference: [UInt8]
    /// Empty for a type that has no name outside of its program.
    package let name: String

    /// The key of a type.
    ///
    /// - Throws: `TypeRefusal` for a type that cannot be referred to.
    package init(_ type: any Any.Type) throws(TypeRefusal) {
        let id = ObjectIdentifier(type)
        if let key = Self.known.withLock({ $0[id] }) {
            self = key
            return
        }
        reference = try TypeReference.reference(to: type)
        let name = _mangledTypeName(type) ?? ""
        // The names of private types hold addresses.
        self.name = _typeByName(name) == type ? name : ""
        let key = self
        Self.known.withLock { $0[id] = key }
    }

    /// Whether both mean the same type.
    package func matches(_ other: TypeKey) -> Bool {
        reference == other.reference || (!name.isEmpty && name == other.name)
    }

    package func encode(into writer: inout ByteWriter) {
        writer.append(UInt32(reference.count))
        writer.append(contentsOf: reference)
        writer.append(string: name)
    }

    package init(from reader: inout ByteReader) throws(WireError) {
        reference = unsafe Array(try reader.readBytes(Int(reader.read(UInt32.self))))
        name = try reader.readString()
    }

    /// The type itself, for whoever may choose code.
    package func type(trust: CodeTrust) throws -> any Any.Type {
        try unsafe reference.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            return try TypeReference.decode(from: &reader, trust: trust)
        }
    }

    /// How many generic arguments a type has, those of the types around it included.
    package static func genericArgumentCount(of type: any Any.Type) -> Int {
        MetadataRecord(type).nominalType?.plainParameterCount ?? 0
    }

    /// The generic arguments of a type.
    package static func genericArguments(of type: any Any.Type) -> [any Any.Type] {
        let record = MetadataRecord(type)
        return record.nominalType.flatMap { record.genericArguments(of: $0) } ?? []
    }
}
