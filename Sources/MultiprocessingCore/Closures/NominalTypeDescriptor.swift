/// What the compiler wrote down about a declared struct, enum or class: constant data in its image.
@safe struct NominalTypeDescriptor {
    /// The part that every kind has.
    static let minimalSize = 28

    private let pointer: UnsafeRawPointer

    /// Takes the address on trust: it was read from metadata, or checked with `init(checking:)`.
    init?(at address: UInt) {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: address) else { return nil }
        unsafe self.pointer = pointer
    }

    /// Takes an address that a mangled name refers to; nil if another kind of declaration lies there.
    init?(referencedAt place: CodeAddress) {
        self.init(at: place.address)
        guard place.serves(.typeDeclaration), isNominalType else {
            return nil
        }
    }

    /// Takes an address from outside if what lies there can be such a descriptor.
    init?(checking place: CodeAddress) {
        guard place.serves(.typeDeclaration), let pointer = unsafe UnsafeRawPointer(bitPattern: place.address)
        else { return nil }
        unsafe self.pointer = pointer
        guard isNominalType,
            place.image.segment(containing: accessor, count: 1)?.isExecutable == true,
            !isGeneric || place.holds(genericHeaderOffset + 16 + TypeBuilder.partLimit)
        else { return nil }
    }

    var address: UInt { unsafe UInt(bitPattern: pointer) }

    var isGeneric: Bool { flags & 0x80 != 0 }

    /// The name of the declaration alone, for messages.
    var name: String? {
        let target =
            address &+ 8 &+ UInt(bitPattern: Int(unsafe pointer.load(fromByteOffset: 8, as: Int32.self)))
        // Names of declarations are text only, and end like other names.
        return MangledName(at: target)?.tail
    }

    /// The number of generic parameters, those of surrounding types included.
    ///
    /// Nil if one of them is more than a type that the metadata records as an argument of its own: packs,
    /// values, and parameters that a requirement makes equal to something else. Nil also for too many.
    var plainParameterCount: Int? {
        guard isGeneric else { return 0 }
        let count = unsafe Int(pointer.load(fromByteOffset: genericHeaderOffset + 8, as: UInt16.self))
        guard count <= TypeBuilder.partLimit else { return nil }
        let plain: UInt8 = 0x80
        let allArePlain = (0..<count).allSatisfy { index in
            unsafe pointer.load(fromByteOffset: genericHeaderOffset + 16 + index, as: UInt8.self) == plain
        }
        return allArePlain ? count : nil
    }

    /// How many conformances of its parameters a generic type keeps.
    var conformanceCount: Int {
        guard isGeneric, let parameters = plainParameterCount else { return 0 }
        return unsafe Int(pointer.load(fromByteOffset: genericHeaderOffset + 12, as: UInt16.self))
            - parameters
    }

    /// Where the arguments lie in the metadata; nil when only the runtime knows.
    var genericArgumentOffset: Int? {
        guard isClass else { return 16 }
        // Below a class from another module that may grow, the place is computed when the program starts.
        guard flags & (1 << 29) == 0 else { return nil }
        let negativeSize = unsafe Int(pointer.load(fromByteOffset: 24, as: UInt32.self))
        let positiveSize = unsafe Int(pointer.load(fromByteOffset: 28, as: UInt32.self))
        let immediateMembers = unsafe Int(pointer.load(fromByteOffset: 32, as: UInt32.self))
        let membersAreNegative = flags & (1 << 28) != 0
        return (membersAreNegative ? -negativeSize : positiveSize - immediateMembers) * 8
    }

    private var flags: UInt32 { unsafe pointer.load(as: UInt32.self) }
    private var isClass: Bool { flags & 0x1f == 16 }
    private var isNominalType: Bool { (16...18).contains(flags & 0x1f) }

    /// The function that makes the metadata; nonsense, and checked, when the descriptor came from outside.
    private var accessor: UInt {
        address &+ 12 &+ UInt(bitPattern: Int(unsafe pointer.load(fromByteOffset: 12, as: Int32.self)))
    }

    /// Cache, pattern, then the counts of parameters and requirements, then a byte for each parameter.
    private var genericHeaderOffset: Int { isClass ? 44 : 28 }
}
