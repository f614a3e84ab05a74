import CMultiprocessing

/// One word at the start of a generic closure's context: a type, or a conformance of one.
///
/// Types and conformances have an address of their own in each process, so what travels is how to find them.
/// Both sides keep the word; only the side that sends keeps its wire form.
struct Binding: Sendable {
    private enum Kind: UInt8 {
        case type
        /// What the runtime finds for one of the types and a protocol.
        case conformance
        /// Static data of an image.
        case witnessTable
    }

    let word: UInt
    let isType: Bool
    let reference: [UInt8]

    /// Finds out what the words of a context mean.
    static func describing(
        _ words: [UInt], of descriptor: CaptureDescriptor
    ) throws(FunctionRefusal) -> [Binding] {
        let types = Set(descriptor.parameters.map(\.binding))
        return try words.indices.map { index throws(FunctionRefusal) in
            // Besides addresses there are counts and other numbers, for parameters that are not types.
            guard isPlausibleAddress(words[index]) else { throw .genericContext }
            let reference =
                types.contains(index)
                ? typeReference(words[index])
                : conformanceReference(
                    words[index], words: words, types: types.filter { $0 < index }.sorted())
            guard let reference else { throw .genericContext }
            return Binding(word: words[index], isType: types.contains(index), reference: reference)
        }
    }

    static func decode(
        _ count: Int, from reader: inout ByteReader, trust: CodeTrust
    ) throws -> [Binding] {
        var found: [Binding] = []
        for _ in 0..<count {
            guard let kind = Kind(rawValue: try reader.read(UInt8.self)) else {
                throw WireError.malformed("a generic argument of an unknown kind")
            }
            let word: UInt
            switch kind {
            case .type:
                word = MetadataRecord(try TypeReference.decode(from: &reader, trust: trust)).address
            case .conformance:
                let index = Int(try reader.read(UInt16.self))
                let place = try CodeAddress.decode(as: .protocolDeclaration, from: &reader, trust: trust)
                // Types come before their conformances, and only a type may be asked for one.
                guard index < found.count, found[index].isType, isProtocol(place),
                    let table = conformance(of: found[index].word, to: place.address)
                else { throw WireError.malformed("a conformance that is not there") }
                word = table
            case .witnessTable:
                word = try CodeAddress.decode(as: .witnessTable, from: &reader, trust: trust).address
            }
            found.append(Binding(word: word, isType: kind == .type, reference: []))
        }
        return found
    }

    /// The types that stand for the generic parameters in the names of the captured values' types.
    static func parts(
        of descriptor: CaptureDescriptor, _ bindings: [Binding]
    ) throws(FunctionRefusal) -> [Any.Type] {
        var parts: [Any.Type] = []
        for parameter in descriptor.parameters {
            let binding = bindings[parameter.binding]
            guard binding.isType, let index = TypeBuilder.names.firstIndex(of: parameter.name.tail),
                let metadata = unsafe UnsafeRawPointer(bitPattern: binding.word)
            else { throw .genericContext }
            while parts.count <= index { parts.append(Void.self) }
            unsafe parts[index] = MetadataRecord(at: metadata).type
        }
        return parts
    }

    private static func typeReference(_ word: UInt) -> [UInt8]? {
        guard let metadata = unsafe UnsafeRawPointer(bitPattern: word) else { return nil }
        var writer = ByteWriter()
        writer.append(Kind.type.rawValue)
        do {
            try TypeReference.encode(unsafe MetadataRecord(at: metadata).type, into: &writer)
        } catch {
            return nil
        }
        return writer.bytes
    }

    private static func conformanceReference(_ word: UInt, words: [UInt], types: [Int]) -> [UInt8]? {
        guard let table = unsafe UnsafeRawPointer(bitPattern: word),
            let record = try? CodeAddress(naming: unsafe table.load(as: UInt.self)),
            // A conformance's record begins with a reference to the protocol.
            let protocolPlace = RelativeReference.target(of: record.address)
        else { return nil }
        var writer = ByteWriter()
        if let index = types.first(where: { conformance(of: words[$0], to: protocolPlace.address) == word }) {
            writer.append(Kind.conformance.rawValue)
            writer.append(UInt16(index))
            protocolPlace.encode(as: .protocolDeclaration, into: &writer)
            return writer.bytes
        }
        // A table that the runtime has made on the heap cannot be named.
        guard let place = try? CodeAddress(naming: word) else { return nil }
        writer.append(Kind.witnessTable.rawValue)
        place.encode(as: .witnessTable, into: &writer)
        return writer.bytes
    }

    private static func conformance(of type: UInt, to protocolAddress: UInt) -> UInt? {
        guard let metadata = unsafe UnsafeRawPointer(bitPattern: type),
            let descriptor = unsafe UnsafeRawPointer(bitPattern: protocolAddress)
        else { return nil }
        return unsafe mp_find_conformance(metadata, descriptor).map { UInt(bitPattern: $0) }
    }

    /// Whether the record that lies there says that it describes a protocol.
    private static func isProtocol(_ place: CodeAddress) -> Bool {
        guard place.address % 4 == 0, let record = unsafe UnsafeRawPointer(bitPattern: place.address) else {
            return false
        }
        return unsafe record.load(as: UInt32.self) & 0x1f == 3
    }

    private static func isPlausibleAddress(_ word: UInt) -> Bool {
        word % 8 == 0 && (word > UInt(UInt32.max) || ImageTable.current.image(containing: word) != nil)
    }
}
