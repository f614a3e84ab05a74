/// Finds out with one probe whether a type needs no container.
///
/// Generic code that is not specialised would otherwise compare a type with every plain type in turn, or ask
/// the runtime for a conformance, for each value that is encoded.
struct DirectTypes: Sendable {
    /// The plain types and the arrays of them.
    static let standard = DirectTypes([
        Bool.self, Int.self, Int8.self, Int16.self, Int32.self, Int64.self, Int128.self, UInt.self,
        UInt8.self,
        UInt16.self, UInt32.self, UInt64.self, UInt128.self, Float16.self, Float.self, Double.self,
        String.self,
        [Bool].self, [Int].self, [Int8].self, [Int16].self, [Int32].self, [Int64].self, [Int128].self,
        [UInt].self, [UInt8].self, [UInt16].self, [UInt32].self, [UInt64].self, [UInt128].self,
        [Float16].self,
        [Float].self, [Double].self,
    ])

    /// Open addressing, at most a quarter full, so a miss ends at the first or second slot.
    private var slots: [(any DirectlyCoded.Type)?]

    init(_ types: [any DirectlyCoded.Type]) {
        slots = Array(repeating: nil, count: 256)
        for type in types {
            var index = Self.slot(of: type)
            while slots[index] != nil { index = (index + 1) & 255 }
            slots[index] = type
        }
    }

    /// The same type with its conformance, if it has one.
    func find(_ type: Any.Type) -> (any DirectlyCoded.Type)? {
        var index = Self.slot(of: type)
        while let candidate = slots[index] {
            if candidate == type { return candidate }
            index = (index + 1) & 255
        }
        return nil
    }

    /// Fibonacci hashing: the upper bits of a product with 2^64 / golden ratio.
    private static func slot(of type: Any.Type) -> Int {
        let address = UInt64(UInt(bitPattern: ObjectIdentifier(type)))
        return Int((address &* 0x9E37_79B9_7F4A_7C15) >> 56)
    }
}
