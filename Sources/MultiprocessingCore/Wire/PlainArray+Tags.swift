extension PlainArray {
    /// An array of so many bytes that has not been set; nil if none has so many.
    static func room(_ byteCount: Int) -> Self? {
        let single = unset(1).byteCount
        guard byteCount.isMultiple(of: single) else { return nil }
        let array = unset(byteCount / single)
        unsafe Memory.preferHugePages(array.withElements { unsafe $0 })
        return array
    }

    /// A copy of the array that a message is, which may change meanwhile; nil if it is something else.
    static func copy(ofWhole message: UnsafeRawBufferPointer) -> LongArray? {
        guard let count = unsafe count(ofWhole: message) else { return nil }
        var array = unset(count)
        unsafe Memory.preferHugePages(array.withElements { unsafe $0 })
        return unsafe array.fill(fromWhole: message) ? LongArray(array) : nil
    }
}

extension WireTag {
    /// The type of arrays of values with this tag; nil if there is none that lies as it is.
    var plainArray: (any PlainArray.Type)? {
        switch self {
        case .bool: [Bool].self
        case .int: [Int].self
        case .int8: [Int8].self
        case .int16: [Int16].self
        case .int32: [Int32].self
        case .int64: [Int64].self
        case .int128: [Int128].self
        case .uint: [UInt].self
        case .uint8: [UInt8].self
        case .uint16: [UInt16].self
        case .uint32: [UInt32].self
        case .uint64: [UInt64].self
        case .uint128: [UInt128].self
        case .float16: [Float16].self
        case .float: [Float].self
        case .double: [Double].self
        case .nothing, .absent, .some, .present, .keyed, .unkeyed, .packed, .run, .string: nil
        }
    }
}
