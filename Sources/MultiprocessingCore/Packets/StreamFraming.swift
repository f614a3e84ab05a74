/// How messages lie in a stream of bytes: what each of them begins with.
package enum StreamFraming: UInt8, Hashable, Sendable {
    /// The library's: a magic, the number of descriptors and the length.
    case native = 0
    /// CPython's `multiprocessing.connection`: a signed length of four bytes, or -1 and a length of eight, the most
    /// significant byte first.
    case cpython = 1

    /// What is known of a message before its bytes.
    struct Head: Hashable {
        let descriptors: Int
        let length: UInt64
    }

    /// The longest message that CPython sends behind four bytes.
    private static let longestShort = Int(Int32.max)

    /// Whether descriptors can go with a message.
    var carriesDescriptors: Bool { self == .native }

    /// What the message begins with.
    func head(of message: OutgoingMessage) -> [UInt8] {
        let length = message.range.count
        switch self {
        case .native:
            let header = StreamHeader(descriptors: UInt32(message.descriptors.count), length: UInt64(length))
            return unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
        case .cpython:
            guard length > Self.longestShort else { return bigEndian(UInt32(length)) }
            return bigEndian(UInt32.max) + bigEndian(UInt64(length))
        }
    }

    /// How long a head is, as far as its first bytes tell.
    func headLength(_ first: [UInt8]) -> Int {
        switch self {
        case .native: StreamHeader.size
        case .cpython: first.starts(with: repeatElement(0xff, count: 4)) ? 12 : 4
        }
    }

    /// Takes a whole head apart.
    ///
    /// - Throws: `malformed` for what no sender of this kind sends.
    func parse(_ head: [UInt8]) throws(WireError) -> Head {
        switch self {
        case .native:
            // As long as a header, and any bits are one.
            let header = unsafe head.withUnsafeBytes { unsafe $0.loadUnaligned(as: StreamHeader.self) }
            try header.check(limit: .max)
            return Head(descriptors: Int(header.descriptors), length: header.length)
        case .cpython:
            let short = number(head[..<4])
            if head.count == 4 {
                guard short <= UInt64(Self.longestShort) else {
                    throw .malformed("a message of \(Int32(truncatingIfNeeded: short)) bytes")
                }
                return Head(descriptors: 0, length: short)
            }
            let long = number(head[4...])
            guard long > UInt64(Self.longestShort) else {
                throw .malformed("a length of \(long) where four bytes would do")
            }
            return Head(descriptors: 0, length: long)
        }
    }

    private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe Array($0) }
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
