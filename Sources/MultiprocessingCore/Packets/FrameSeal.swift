/// Codes that bind each frame of one direction to its session and to its place in it.
///
/// The header has a code of its own: nobody waits for the rest of a frame whose length was changed on its way.
package struct FrameSeal: Sendable {
    /// Bytes of a code: half of a digest, as RFC 2104 allows.
    static let length = 16

    private let key: [UInt8]
    private let ready: HMAC<SHA256>
    private var counter: UInt64

    /// - Parameters:
    ///   - key: known to the two sides of this session only, and to this direction.
    ///   - counter: how many frames came before.
    init(key: [UInt8], counter: UInt64 = 0) {
        self.key = key
        self.counter = counter
        ready = HMAC(key: key)
    }

    /// The code of the next frame's header.
    func code(ofHeader header: [UInt8]) -> [UInt8] {
        var code = begin(0)
        code.update(header)
        return Self.shortened(code)
    }

    /// Begins the code of the next frame's body, which the caller feeds.
    func body(of header: [UInt8]) -> HMAC<SHA256> {
        var code = begin(1)
        code.update(header)
        return code
    }

    /// The frame is over.
    mutating func advance() { counter += 1 }

    /// The code of all that was taken in.
    static func shortened(_ code: consuming HMAC<SHA256>) -> [UInt8] {
        Array(code.code().prefix(length))
    }

    private func begin(_ part: UInt8) -> HMAC<SHA256> {
        var writer = ByteWriter()
        writer.append(counter)
        writer.append(part)
        var code = ready
        code.update(writer.bytes)
        return code
    }
}

extension FrameSeal {
    /// The state, for the process that the end of the connection is given to.
    fileprivate var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(counter)
        writer.append(contentsOf: key)
        return writer.bytes
    }

    fileprivate static let byteCount = 8 + SHA256.digestLength

    fileprivate init(_ bytes: ArraySlice<UInt8>) {
        self.init(
            key: Array(bytes.dropFirst(8)),
            counter: bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
}

/// What the frames of both directions are sealed with.
package struct FrameSeals: Sendable {
    let sending: FrameSeal
    let receiving: FrameSeal

    init(sending: [UInt8], receiving: [UInt8]) {
        self.sending = FrameSeal(key: sending)
        self.receiving = FrameSeal(key: receiving)
    }

    init(sending: FrameSeal, receiving: FrameSeal) {
        self.sending = sending
        self.receiving = receiving
    }

    /// The state, for the process that the end of the connection is given to: secret.
    package var bytes: [UInt8] { sending.bytes + receiving.bytes }

    /// - Throws: `malformed` for bytes that are no state.
    package init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count == 2 * FrameSeal.byteCount else {
            throw .malformed("a session of \(bytes.count) bytes")
        }
        sending = FrameSeal(bytes.prefix(FrameSeal.byteCount))
        receiving = FrameSeal(bytes.suffix(FrameSeal.byteCount))
    }
}
