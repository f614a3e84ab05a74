/// A mangled name in the program's own data: text, with references in binary form between.
struct MangledText {
    let length: Int
    /// The text after the last reference.
    private let tail: [UInt8]

    /// Reads up to the zero that ends the name.
    init(_ start: UnsafeRawPointer) {
        var offset = 0
        var tail: [UInt8] = []
        while true {
            let byte = unsafe start.load(fromByteOffset: offset, as: UInt8.self)
            switch byte {
            case 0:
                length = offset
                self.tail = tail
                return
            case 0x01...0x17:
                // A distance of four bytes follows, zeros among them perhaps.
                offset += 5
                tail = []
            case 0x18...0x1F:
                offset += 1 + MemoryLayout<UInt>.size
                tail = []
            default:
                tail.append(byte)
                offset += 1
            }
        }
    }

    /// Bytes of a number of the compiler's own types, such as "Bi64_" or "Bf32_"; nil for other names.
    var builtinSize: Int? {
        guard tail.count == length, tail.starts(with: "Bi".utf8) || tail.starts(with: "Bf".utf8),
            tail.last == UInt8(ascii: "_"),
            let bits = Int(String(decoding: tail.dropFirst(2).dropLast(), as: UTF8.self)),
            [1, 8, 16, 32, 64, 128].contains(bits)
        else { return nil }
        return max(1, bits / 8)
    }

    /// Whether it is the lowered type of an ordinary closure: escaping, with a context that its caller keeps.
    ///
    /// Such names end with "I", attributes and "_"; "e" says escaping, "g" that the context is guaranteed.
    var isThickFunction: Bool {
        guard tail.last == UInt8(ascii: "_"), tail.count > 3 else { return false }
        return tail.indices.dropLast(3).contains { tail[$0...].starts(with: "Ieg".utf8) }
    }
}
