/// What the runtime records about a type, read from its metadata in the layout that the ABI fixes.
@safe struct MetadataRecord {
    enum Kind {
        case structOrEnum
        case classType
        case tuple
        case function
        case existential
        case metatype
        case closureContext
        case other
    }

    private let pointer: UnsafeRawPointer

    init(_ type: Any.Type) {
        // A metatype value is the address of the type's metadata.
        unsafe pointer = unsafeBitCast(type, to: UnsafeRawPointer.self)
    }

    /// The caller knows that metadata lies there, as in the first word of a heap object.
    init(at pointer: UnsafeRawPointer) {
        unsafe self.pointer = pointer
    }

    var address: UInt { unsafe UInt(bitPattern: pointer) }

    var kind: Kind {
        switch unsafe pointer.load(as: UInt.self) {
        case 0x200, 0x201, 0x202: .structOrEnum
        case 0: .classType
        case 0x301: .tuple
        case 0x302: .function
        case 0x303, 0x306, 0x307: .existential
        case 0x304: .metatype
        case 0x400: .closureContext
        default: .other
        }
    }

    /// The metatype whose value is this address; only for metadata of a type, not of a closure context.
    var type: Any.Type { unsafe unsafeBitCast(pointer, to: Any.Type.self) }

    /// What the compiler wrote about the declaration; nil for types that nobody declares.
    var nominalType: NominalTypeDescriptor? {
        switch kind {
        case .structOrEnum: NominalTypeDescriptor(at: address(at: 8))
        case .classType: NominalTypeDescriptor(at: address(at: 40))
        default: nil
        }
    }

    /// The arguments that a generic type was made with.
    func genericArguments(of descriptor: NominalTypeDescriptor) -> [Any.Type]? {
        guard let start = descriptor.genericArgumentOffset, let count = descriptor.plainParameterCount else {
            return nil
        }
        return (0..<count).map { unsafe pointer.load(fromByteOffset: start + $0 * 8, as: Any.Type.self) }
    }

    /// The elements and the labels of a tuple; labels are separated by spaces, none at all is empty.
    var tuple: (elements: [Any.Type], labels: String)? {
        guard kind == .tuple else { return nil }
        let count = unsafe pointer.load(fromByteOffset: 8, as: Int.self)
        let labels = unsafe pointer.load(fromByteOffset: 16, as: UnsafePointer<CChar>?.self)
        // An element is its type and its offset.
        let elements = (0..<count).map {
            unsafe pointer.load(fromByteOffset: 24 + $0 * 16, as: Any.Type.self)
        }
        return (elements, unsafe labels.map { unsafe String(cString: $0) } ?? "")
    }

    /// The type whose metatype this is.
    var instanceType: Any.Type? {
        guard kind == .metatype else { return nil }
        return unsafe pointer.load(fromByteOffset: 8, as: Any.Type.self)
    }

    private func address(at offset: Int) -> UInt {
        unsafe pointer.load(fromByteOffset: offset, as: UInt.self)
    }
}
