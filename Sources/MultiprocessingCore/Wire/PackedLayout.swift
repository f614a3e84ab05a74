/// How values of a type lie side by side, where their bytes are all that they are.
package struct PackedLayout: Sendable {
    /// Bytes from one value to the next.
    package let spacing: Int
    /// What knows which bytes are values; nil where all are.
    private let judge: (any PlainNumber.Type)?

    init(spacing: Int, judge: (any PlainNumber.Type)? = nil) {
        self.spacing = spacing
        self.judge = judge
    }

    /// The layout of values without any contents.
    package static let empty = PackedLayout(spacing: 0)

    /// The layout of a plain number or a Boolean; nil for every other type.
    package static func find(_ type: Any.Type) -> PackedLayout? {
        DirectTypes.standard.find(type)?.packedLayout
    }

    /// The layout of a tuple of plain numbers without gaps; nil for every other tuple.
    package static func find<Tuple>(tuple: Tuple.Type, of parts: Any.Type...) -> PackedLayout? {
        var size = 0
        for part in parts {
            guard let layout = find(part) else { return nil }
            size += layout.spacing
        }
        guard size == MemoryLayout<Tuple>.stride else { return nil }
        return PackedLayout(spacing: size)
    }

    /// Whether bytes that come from elsewhere are values.
    package func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let judge else { return true }
        return unsafe judge.accepts(bytes)
    }
}
