/// What the runtime's metadata says about a struct, enum or class: its descriptor and its generic arguments.
///
/// The layouts are part of the stable ABI of Swift's runtime for these kinds of types.
@safe struct NominalType {
    /// The address of the descriptor, which is the same for all instances of a generic type.
    let descriptor: UInt
    /// The generic arguments, those of the types around it first.
    let arguments: [Any.Type]

    private enum Kind {
        static let structure: UInt = 0x200
        static let enumeration: UInt = 0x201
        static let optional: UInt = 0x202
        /// Classes have the kind 0 where there is no Objective-C.
        static let `class`: UInt = 0
    }

    private static let genericFlag: UInt32 = 0x80
    private static let resilientSuperclassFlag: UInt32 = 1 << (16 + 13)
    /// A parameter that has a metadata argument of its own and is a type.
    private static let plainParameter: UInt8 = 0x80

    /// Nil for other types than structs, enums and classes, and for generic contexts that are not understood.
    init?(_ type: Any.Type) {
        // A metatype is a pointer to its metadata record.
        let metadata = unsafe unsafeBitCast(type, to: UnsafeRawPointer.self)
        let kind = unsafe metadata.load(as: UInt.self)
        switch kind {
        case Kind.structure, Kind.enumeration, Kind.optional:
            unsafe self.init(metadata, descriptorAt: 8, argumentsAt: { _ in 16 }, headerAt: 28)
        case Kind.class:
            unsafe self.init(
                metadata, descriptorAt: 40,
                argumentsAt: { descriptor in
                    let flags = unsafe descriptor.load(as: UInt32.self)
                    guard flags & Self.resilientSuperclassFlag == 0 else { return nil }
                    let positiveWords = unsafe descriptor.load(fromByteOffset: 28, as: UInt32.self)
                    let immediateWords = unsafe descriptor.load(fromByteOffset: 32, as: UInt32.self)
                    return 8 * Int(positiveWords - immediateWords)
                }, headerAt: 44)
        default:
            return nil
        }
    }

    private init?(
        _ metadata: UnsafeRawPointer, descriptorAt: Int, argumentsAt: (UnsafeRawPointer) -> Int?,
        headerAt: Int
    ) {
        guard let descriptor = unsafe metadata.load(fromByteOffset: descriptorAt, as: UnsafeRawPointer?.self)
        else {
            return nil
        }
        self.descriptor = UInt(bitPattern: descriptor)
        guard unsafe descriptor.load(as: UInt32.self) & Self.genericFlag != 0 else {
            arguments = []
            return
        }
        // Behind the header's two references: counts of parameters, requirements and key arguments.
        let count = unsafe Int(descriptor.load(fromByteOffset: headerAt + 8, as: UInt16.self))
        for index in 0..<count {
            let parameter = unsafe descriptor.load(fromByteOffset: headerAt + 16 + index, as: UInt8.self)
            guard parameter == Self.plainParameter else { return nil }
        }
        guard let start = unsafe argumentsAt(descriptor) else { return nil }
        arguments = (0..<count).map { index in
            // Checked above: each parameter has its metadata, in order, before any witness table.
            unsafe metadata.load(fromByteOffset: start + 8 * index, as: Any.Type.self)
        }
    }
}
