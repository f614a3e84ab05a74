/// The context of a closure that captures one reference and nothing else: the object itself is the context.
///
/// The object is an instance of a class, or the storage of an array, dictionary or set.
enum SingleCapture {
    private static let object: UInt8 = 0
    private static let array: UInt8 = 1
    private static let dictionary: UInt8 = 2
    private static let set: UInt8 = 3
    /// An object that is part of an image, such as the storage of all empty arrays.
    private static let fixed: UInt8 = 4

    static func encode(_ context: UInt, metadata: UInt, into writer: inout ByteWriter) throws {
        let type = unsafe unsafeBitCast(metadata, to: Any.Type.self)
        let name = _typeName(type, qualified: true)
        let arguments = NominalType(type)?.arguments ?? []
        switch (name.prefix { $0 != "<" }, arguments.count) {
        case ("Swift.__EmptyArrayStorage", 0), ("Swift.__EmptyDictionarySingleton", 0),
            ("Swift.__EmptySetSingleton", 0):
            writer.append(fixed)
            guard CodeAddress.encode(context, into: &writer) else { throw FunctionRefusal.foreignCode }
        case ("Swift._ContiguousArrayStorage", 1):
            let element = try codable(arguments[0])
            writer.append(array)
            try TypeReference.encode(element, into: &writer)
            try encodeArray(element, context, into: &writer)
        case ("Swift._DictionaryStorage", 2):
            let key = try codable(arguments[0])
            let value = try codable(arguments[1])
            guard let key = key as? any (Hashable & Codable).Type else {
                throw FunctionRefusal.notCodable(key)
            }
            writer.append(dictionary)
            try TypeReference.encode(key, into: &writer)
            try TypeReference.encode(value, into: &writer)
            try encodeDictionary(key, value, context, into: &writer)
        case ("Swift._SetStorage", 1):
            let element = try codable(arguments[0])
            guard let element = element as? any (Hashable & Codable).Type else {
                throw FunctionRefusal.notCodable(element)
            }
            writer.append(set)
            try TypeReference.encode(element, into: &writer)
            try encodeSet(element, context, into: &writer)
        default:
            let type = try codable(type)
            guard type is AnyObject.Type else { throw FunctionRefusal.unknownCapture }
            writer.append(object)
            try TypeReference.encode(type, into: &writer)
            try encodeObject(type, context, into: &writer)
        }
    }

    private static func codable(_ type: Any.Type) throws(FunctionRefusal) -> any Codable.Type {
        guard let type = type as? any Codable.Type else { throw .notCodable(type) }
        return type
    }

    /// Reads what `encode` wrote and makes the object; its reference belongs to the caller.
    static func decode(from reader: inout ByteReader) throws -> UInt {
        switch try reader.read(UInt8.self) {
        case fixed:
            return try CodeAddress.decode(from: &reader)
        case array:
            return try decodeArray(try type(from: &reader), from: &reader)
        case dictionary:
            let key = try type(from: &reader)
            let value = try type(from: &reader)
            guard let key = key as? any (Hashable & Codable).Type else { throw mismatch }
            return try decodeDictionary(key, value, from: &reader)
        case set:
            guard let element = try type(from: &reader) as? any (Hashable & Codable).Type else {
                throw mismatch
            }
            return try decodeSet(element, from: &reader)
        case object:
            let type = try type(from: &reader)
            guard type is AnyObject.Type else { throw mismatch }
            return try decodeObject(type, from: &reader)
        default:
            throw mismatch
        }
    }

    private static var mismatch: WireError { .malformed("a captured object of an unknown kind") }

    private static func type(from reader: inout ByteReader) throws -> any Codable.Type {
        guard let type = try TypeReference.decode(from: &reader) as? any Codable.Type else { throw mismatch }
        return type
    }
}

// Each opens types; top-level functions because local generic ones crash the compiler. Arrays, dictionaries and
// sets are one word, their storage object, so the object stands for the value and the value for the object.

private func encodeArray<E: Codable>(_: E.Type, _ context: UInt, into writer: inout ByteWriter) throws {
    try encodeWord(of: [E].self, context, into: &writer)
}

private func encodeDictionary<K: Hashable & Codable, V: Codable>(
    _: K.Type, _: V.Type, _ context: UInt, into writer: inout ByteWriter
) throws {
    try encodeWord(of: [K: V].self, context, into: &writer)
}

private func encodeSet<E: Hashable & Codable>(_: E.Type, _ context: UInt, into writer: inout ByteWriter)
    throws
{
    try encodeWord(of: Set<E>.self, context, into: &writer)
}

private func encodeObject<C: Codable>(_: C.Type, _ context: UInt, into writer: inout ByteWriter) throws {
    try encodeWord(of: C.self, context, into: &writer)
}

private func encodeWord<T: Codable>(of _: T.Type, _ context: UInt, into writer: inout ByteWriter) throws {
    try unsafe withUnsafeBytes(of: context) { bytes in
        // The word is borrowed from the living closure: it is read as the value, and no reference is given up.
        try unsafe BinaryEncoder().encode(
            bytes.start.assumingMemoryBound(to: T.self).pointee, into: &writer)
    }
}

private func decodeArray<E: Codable>(_: E.Type, from reader: inout ByteReader) throws -> UInt {
    try decodeWord(of: [E].self, from: &reader)
}

private func decodeDictionary<K: Hashable & Codable, V: Codable>(
    _: K.Type, _: V.Type, from reader: inout ByteReader
) throws -> UInt {
    try decodeWord(of: [K: V].self, from: &reader)
}

private func decodeSet<E: Hashable & Codable>(_: E.Type, from reader: inout ByteReader) throws -> UInt {
    try decodeWord(of: Set<E>.self, from: &reader)
}

private func decodeObject<C: Codable>(_: C.Type, from reader: inout ByteReader) throws -> UInt {
    try decodeWord(of: C.self, from: &reader)
}

private func decodeWord<T: Codable>(of _: T.Type, from reader: inout ByteReader) throws -> UInt {
    let value = try BinaryDecoder().decode(T.self, from: &reader)
    var word: UInt = 0
    unsafe withUnsafeMutableBytes(of: &word) { bytes in
        // Moves the value's one reference into the word, which the context's owner gives up at its end.
        _ = unsafe bytes.start.initializeMemory(as: T.self, to: value)
    }
    return word
}
