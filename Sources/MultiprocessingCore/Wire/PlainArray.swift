/// Bytes before the elements of a whole array: its tag, its elements' tag and their number.
let plainArrayHeadSize = 10

/// An array of plain numbers: nothing but its elements' bytes, behind a short head, is a message of it.
protocol PlainArray: DirectlyCoded {
    var elementCount: Int { get }
    var byteCount: Int { get }

    /// Calls `body` with the elements' bytes.
    func withElements<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R

    /// Appends what stands before the elements' bytes.
    func writeHead(to writer: inout ByteWriter)

    /// How many elements a message has that is nothing but such an array; nil for every other one.
    static func count(ofWhole message: UnsafeRawBufferPointer) -> Int?

    /// An array whose elements are set by `fill`.
    static func unset(_ count: Int) -> Self

    /// Sets the elements from this byte on.
    mutating func fill(at offset: Int, from bytes: UnsafeRawBufferPointer)

    /// Whether all elements are possible.
    var isPossible: Bool { get }

    /// The tag of the elements.
    var elementTag: WireTag { get }

    /// Takes the elements of a message with just as many; false if they are impossible.
    mutating func fill(fromWhole message: UnsafeRawBufferPointer) -> Bool
}

extension Array: PlainArray where Element: PlainNumber {
    static var plainArray: (any PlainArray.Type)? { Self.self }

    var elementCount: Int { count }
    var byteCount: Int { count * MemoryLayout<Element>.stride }

    func withElements<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try unsafe span.bytes.withUnsafeBytes(body)
    }

    func writeHead(to writer: inout ByteWriter) {
        writer.append(.packed)
        writer.append(Element.wireTag)
        writer.append(UInt64(count))
    }

    static func count(ofWhole message: UnsafeRawBufferPointer) -> Int? {
        // Each is read once, because whoever wrote the message may still write to it.
        guard message.count >= plainArrayHeadSize, unsafe message[0] == WireTag.packed.rawValue,
            unsafe message[1] == Element.wireTag.rawValue
        else { return nil }
        let announced = unsafe message.loadUnaligned(fromByteOffset: 2, as: UInt64.self)
        let (count, rest) = (message.count - plainArrayHeadSize).quotientAndRemainder(
            dividingBy: MemoryLayout<Element>.stride)
        return rest == 0 && announced == count ? count : nil
    }

    static func unset(_ count: Int) -> [Element] {
        // Nobody sees the elements before `fill` has set all of them.
        unsafe [Element](unsafeUninitializedCapacity: count) { $1 = count }
    }

    mutating func fill(at offset: Int, from bytes: UnsafeRawBufferPointer) {
        unsafe withUnsafeMutableBytes { own in
            unsafe UnsafeMutableRawBufferPointer(rebasing: own[offset...]).copyMemory(from: bytes)
        }
    }

    var isPossible: Bool { unsafe withUnsafeBytes { unsafe Element.accepts($0) } }
    var elementTag: WireTag { Element.wireTag }

    mutating func fill(fromWhole message: UnsafeRawBufferPointer) -> Bool {
        let elements = unsafe UnsafeRawBufferPointer(rebasing: message[plainArrayHeadSize...])
        precondition(elements.count == byteCount, "an array of another length")
        return unsafe withUnsafeMutableBytes { own in
            unsafe own.copyMemory(from: elements)
            return unsafe Element.accepts(UnsafeRawBufferPointer(own))
        }
    }
}
