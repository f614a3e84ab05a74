import Synchronization

/// Foundation's `Data`, recognised without Foundation, so that its bytes are read as one copy.
///
/// Writing needs no such help: `Data` gives its bytes to an unkeyed container in one piece. But it reads
/// them one by one, which takes a thousand times as long.
enum DataType {
    /// `Data` once it has been met; a type's metadata stays where it is for the life of the process.
    private static let known = Atomic<UInt>(0)

    /// The type with what it needs to be made from bytes, if it is `Data`.
    static func find(_ type: Any.Type) -> (any RangeReplaceableCollection<UInt8>.Type)? {
        let address = UInt(bitPattern: ObjectIdentifier(type))
        if address != known.load(ordering: .relaxed) {
            guard names.contains(_typeName(type)) else { return nil }
            known.store(address, ordering: .relaxed)
        }
        return type as? any RangeReplaceableCollection<UInt8>.Type
    }

    private static let names: Set = ["Foundation.Data", "FoundationEssentials.Data"]
}

extension RangeReplaceableCollection<UInt8> {
    /// Copies bytes into a value of the type that has been found to be this one.
    static func make<Value>(from bytes: UnsafeRawBufferPointer, as type: Value.Type) -> Value {
        // `DataType.find` gave `Self` for `Value`: they are the same type.
        unsafe unsafeBitCast(Self(bytes), to: Value.self)
    }
}
