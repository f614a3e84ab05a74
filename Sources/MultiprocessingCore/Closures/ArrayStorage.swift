/// The objects that arrays of the standard library consist of.
enum ArrayStorage {
    /// The declaration of the storage's class; it has the type of the elements as generic argument.
    static let declaration = declaration(of: [UInt8](repeating: 0, count: 1))

    /// The declaration of the class of the one storage that all empty arrays share.
    static let emptyDeclaration = declaration(of: [UInt8]())

    /// The array that consists of the storage at a place.
    static func array<Element>(of type: Element.Type, at object: UnsafeRawPointer) -> [Element] {
        // An array is one reference, to its storage. The cast retains.
        unsafe unsafeBitCast(object, to: [Element].self)
    }

    static func encode<Element: Codable>(
        _ type: Element.Type, at object: UnsafeRawPointer, into output: inout CaptureOutput
    ) throws {
        try output.append(encoding: unsafe array(of: type, at: object))
    }

    static func decode<Element: Codable>(_ type: Element.Type, from input: inout CaptureInput) throws -> UInt
    {
        retained(try input.decode([Element].self))
    }

    /// The storage of an array, retained for the caller.
    static func retained<Element>(_ array: [Element]) -> UInt {
        withExtendedLifetime(array) {
            let storage = unsafe unsafeBitCast(array, to: UnsafeRawPointer.self)
            return unsafe UInt(bitPattern: Unmanaged<AnyObject>.fromOpaque(storage).retain().toOpaque())
        }
    }

    private static func declaration<Element>(of array: [Element]) -> UInt? {
        withExtendedLifetime(array) {
            let storage = unsafe unsafeBitCast(array, to: UnsafeRawPointer.self)
            return unsafe MetadataRecord(at: storage.load(as: UnsafeRawPointer.self)).nominalType?.address
        }
    }
}
