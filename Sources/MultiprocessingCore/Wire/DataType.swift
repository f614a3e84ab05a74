/// Foundation's `Data`, recognised without Foundation, so that its bytes are read as one copy.
///
/// Writing needs no such help: `Data` gives its bytes to an unkeyed container in one piece. But it reads
/// them one by one, which takes a thousand times as long.
enum DataType {
    typealias Bytes = any RangeReplaceableCollection<UInt8>.Type

    /// `Data` once it has been met: finding a name and a conformance takes as long as many copies.
    private static let known = GlobalMutex<Known?>(nil)

    /// Unchecked because metatypes count as not sendable; the memory behind one never changes or goes away.
    private struct Known: @unchecked Sendable {
        let type: Bytes
    }

    /// The type with what it needs to be made from bytes, if it is `Data`.
    static func find(_ type: Any.Type) -> Bytes? {
        if let known = known.withLock({ $0 }), known.type == type { return known.type }
        guard names.contains(_typeName(type)), let data = type as? Bytes else { return nil }
        let found = Known(type: data)
        known.withLock { $0 = found }
        return data
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
