/// A mangled name that names types by the addresses of their descriptors, so that private and local types, which
/// no lookup by name finds, can be named as well: alone and as generic arguments.
struct SymbolicName {
    /// The name, with a zero where a descriptor stands.
    private(set) var text: [UInt8] = []
    private(set) var descriptors: [UInt] = []

    /// An indirect reference to a context descriptor: the byte and a distance to a pointer.
    private static let reference: UInt8 = 0x02
    static let placeholder: UInt8 = 0

    init(text: [UInt8], descriptors: [UInt]) {
        self.text = text
        self.descriptors = descriptors
    }

    /// - Throws: for types that hold others in ways that are not understood, such as tuples and functions.
    init(_ type: Any.Type) throws(FunctionRefusal) {
        try append(type)
    }

    private mutating func append(_ type: Any.Type) throws(FunctionRefusal) {
        guard let nominal = NominalType(type) else { throw .unnamable(type) }
        text.append(Self.placeholder)
        descriptors.append(nominal.descriptor)
        guard !nominal.arguments.isEmpty else { return }
        // Behind a reference all generic arguments stand in one list, also those of the types around it.
        text.append(UInt8(ascii: "y"))
        for argument in nominal.arguments { try append(argument) }
        text.append(UInt8(ascii: "G"))
    }

    /// The type that the name stands for here; nil when the runtime does not find it.
    func resolve() -> (Any.Type)? {
        let nameSize = text.count + 4 * descriptors.count
        let slots = (nameSize + 7) & ~7
        return unsafe withUnsafeTemporaryAllocation(byteCount: slots + 8 * descriptors.count, alignment: 8) {
            buffer in
            var offset = 0
            var used = 0
            for byte in text {
                guard byte == Self.placeholder else {
                    unsafe buffer[offset] = byte
                    offset += 1
                    continue
                }
                unsafe buffer[offset] = Self.reference
                let slot = slots + 8 * used
                unsafe buffer.storeBytes(
                    of: Int32(slot - (offset + 1)), toByteOffset: offset + 1, as: Int32.self)
                unsafe buffer.storeBytes(of: descriptors[used], toByteOffset: slot, as: UInt.self)
                used += 1
                offset += 5
            }
            // The buffer is not empty: a name has at least one reference.
            let name = unsafe UnsafePointer(buffer.start.assumingMemoryBound(to: UInt8.self))
            return unsafe _getTypeByMangledNameInContext(
                name, UInt(offset), genericContext: nil, genericArguments: nil)
        }
    }
}
