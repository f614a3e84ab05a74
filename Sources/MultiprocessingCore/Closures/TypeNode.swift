/// One type in the tree that a type reference is: what it is, then the references to its parts.
enum TypeNode: UInt8 {
    case mangledName
    case nominal
    case tuple
    case metatype

    /// How deep references may lie in each other; a reference from outside must not exhaust the stack.
    private static let depthLimit = 64

    /// The first reference that leads back to the type.
    static func reference(to type: Any.Type) throws(TypeRefusal) -> [UInt8] {
        for kind in [TypeNode.nominal, .tuple, .metatype, .mangledName] {
            var writer = ByteWriter()
            writer.append(kind.rawValue)
            if (try? kind.write(type, into: &writer)) == true, leads(writer.bytes, to: type) {
                return writer.bytes
            }
        }
        throw TypeRefusal(type)
    }

    private static func leads(_ reference: [UInt8], to type: Any.Type) -> Bool {
        unsafe reference.withUnsafeBytes { bytes in
            var reader = unsafe ByteReader(bytes)
            // These are our own bytes.
            return (try? decode(from: &reader, depth: 0, trust: .inheritedChannel)) == type
        }
    }

    /// Writes the type as one of this kind; false if it is none.
    private func write(_ type: Any.Type, into writer: inout ByteWriter) throws -> Bool {
        let record = MetadataRecord(type)
        switch self {
        case .nominal:
            guard let descriptor = record.nominalType,
                let arguments = record.genericArguments(of: descriptor),
                arguments.count <= TypeBuilder.partLimit
            else { return false }
            try CodeAddress(naming: descriptor.address).encode(as: .typeDeclaration, into: &writer)
            try Self.write(parts: arguments, into: &writer)
        case .tuple:
            guard let (elements, labels) = record.tuple, elements.count <= TypeBuilder.partLimit else {
                return false
            }
            writer.append(string: labels)
            try Self.write(parts: elements, into: &writer)
        case .metatype:
            guard let type = record.instanceType else { return false }
            try TypeReference.encode(type, into: &writer)
        case .mangledName:
            guard let name = _mangledTypeName(type) else { return false }
            writer.append(string: name)
            writer.append(Seal.of(name))
        }
        return true
    }

    private static func write(parts: [Any.Type], into writer: inout ByteWriter) throws(TypeRefusal) {
        writer.append(UInt8(parts.count))
        for part in parts { try TypeReference.encode(part, into: &writer) }
    }

    static func decode(from reader: inout ByteReader, depth: Int, trust: CodeTrust) throws -> Any.Type {
        guard depth < depthLimit else { throw WireError.tooLarge("a type within types") }
        guard let kind = TypeNode(rawValue: try reader.read(UInt8.self)) else {
            throw WireError.malformed("a type reference of an unknown kind")
        }
        guard let type = try kind.read(from: &reader, depth: depth, trust: trust) else {
            throw WireError.malformed("a reference that leads to no type")
        }
        return type
    }

    private func read(from reader: inout ByteReader, depth: Int, trust: CodeTrust) throws -> Any.Type? {
        switch self {
        case .nominal:
            let place = try CodeAddress.decode(as: .typeDeclaration, from: &reader, trust: trust)
            let arguments = try Self.readParts(from: &reader, depth: depth, trust: trust)
            guard let descriptor = NominalTypeDescriptor(checking: place) else { return nil }
            return TypeBuilder.nominalType(descriptor, arguments)
        case .tuple:
            let text = try reader.readString()
            // A space ends each label, also an empty one.
            let labels = text.dropLast().split(separator: " ", omittingEmptySubsequences: false)
            let elements = try Self.readParts(from: &reader, depth: depth, trust: trust)
            return TypeBuilder.tuple(elements, labels: text.isEmpty ? [] : labels.map(String.init))
        case .metatype:
            return TypeBuilder.metatype(of: try Self.decode(from: &reader, depth: depth + 1, trust: trust))
        case .mangledName:
            let name = try reader.readString()
            // The runtime trusts that a compiler wrote the name.
            guard try reader.read(UInt32.self) == Seal.of(name) else {
                throw WireError.malformed("a type's name that nobody wrote")
            }
            return _typeByName(name)
        }
    }

    private static func readParts(
        from reader: inout ByteReader, depth: Int, trust: CodeTrust
    ) throws -> [Any.Type] {
        let count = try reader.read(UInt8.self)
        guard count <= TypeBuilder.partLimit else { throw WireError.tooLarge("a type's list of arguments") }
        var parts: [Any.Type] = []
        for _ in 0..<count { parts.append(try decode(from: &reader, depth: depth + 1, trust: trust)) }
        return parts
    }
}
