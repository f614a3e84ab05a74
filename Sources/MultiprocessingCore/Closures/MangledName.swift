/// A mangled name as the compiler puts it beside code: text, with references by distance in between.
@safe package struct MangledName {
    private let start: UnsafePointer<UInt8>
    private let count: Int

    /// How many bytes of text follow the last reference.
    private let tailCount: Int

    /// Finds the end of a name; nil if it does not end within its image.
    package init?(at address: UInt) {
        guard let image = ImageTable.current.image(containing: address),
            let segment = image.segment(containing: address, count: 1),
            let start = unsafe UnsafePointer<UInt8>(bitPattern: address)
        else { return nil }
        let limit = Int(segment.range.upperBound - address)
        var count = 0
        var tailCount = 0
        while true {
            guard count < limit else { return nil }
            switch unsafe start[count] {
            case 0:
                unsafe self.start = start
                self.count = count
                self.tailCount = tailCount
                return
            case 0x01...0x17:
                count += 1 + MemoryLayout<Int32>.size
                tailCount = 0
            case 0x18...0x1f:
                count += 1 + MemoryLayout<UInt>.size
                tailCount = 0
            default:
                count += 1
                tailCount += 1
            }
        }
    }

    /// The type that the name means, where `parts` are the values of its generic parameters.
    func type(parts: [Any.Type]) -> Any.Type? {
        unsafe TypeBuilder.resolve(UnsafeBufferPointer(start: start, count: count), parts: parts)
    }

    /// The text behind the last reference, where the outermost operator stands.
    package var tail: String {
        unsafe String(
            decoding: UnsafeBufferPointer(start: start + count - tailCount, count: tailCount), as: UTF8.self)
    }

    /// The first declared type that the name refers to.
    ///
    /// - Returns: Its name; nil if the name refers to none by its place.
    var declaredTypeName: String? {
        guard count > 4, unsafe (0x01...0x02).contains(start[0]) else { return nil }
        let bytes = unsafe UnsafeRawPointer(start + 1)
        // 1: the distance to the declaration; 2: the distance to a word with its address.
        let target =
            unsafe UInt(bitPattern: bytes) &+ UInt(bitPattern: Int(bytes.loadUnaligned(as: Int32.self)))
        let place =
            unsafe start[0] == 0x01 ? try? CodeAddress(naming: target) : RelativeReference.pointee(of: target)
        return place.flatMap { NominalTypeDescriptor(referencedAt: $0)?.name }
    }

    /// The name with its references left out, for messages.
    var description: String { count == tailCount ? tail : "…\(tail)" }

    /// Whether the name means a reference that is not a plain strong one: weak, unowned, unmanaged.
    package var isWeakReference: Bool { ["Xw", "Xo", "Xu"].contains { tail.hasSuffix($0) } }

    /// Whether the name means the box of a mutable variable.
    package var isVariableBox: Bool { tail.hasSuffix("Xx") }

    /// Whether a function is part of what the name means.
    var mentionsFunction: Bool { tail.contains("Ie") }

    /// Whether the name means a closure as two words: code, and the context that the code gets.
    ///
    /// Such a name ends with `I`, the attributes, `_`. Among them must stand that the closure escapes (`e`)
    /// and keeps its context while it runs (`g`), and no letter behind these may ask for another form.
    package var isClosure: Bool {
        var text = tail[...]
        guard text.popLast() == "_" else { return false }
        let letters = text.suffix(while: { $0.isASCII && $0.isLetter })
        guard let end = letters.endOfLast(of: ["Ieg", "IPeg", "Iseg", "IsIeg", "IIeg", "IsPeg"]) else {
            return false
        }
        guard let next = letters[end...].first else { return true }
        return !"BCzMJKWAIG".contains(next)
    }
}

extension Substring {
    /// The longest end of which every character satisfies the condition.
    fileprivate func suffix(while condition: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !condition($0) }) else { return self }
        return self[index(after: last)...]
    }

    /// Where the last of these words ends.
    fileprivate func endOfLast(of words: [String]) -> Index? {
        indices.reversed().lazy
            .compactMap { start in
                words.first { self[start...].hasPrefix($0) }.map { index(start, offsetBy: $0.count) }
            }
            .first
    }
}
