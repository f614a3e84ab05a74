import Synchronization

/// A message in a ring that can be used until the last reference goes; who wrote it may still write to it.
package final class RingLoan: Sendable {
    @safe private enum Place: @unchecked Sendable {
        // @unchecked because of the pointer, which is valid for as long as the loan has not been given back.
        case ring(UnsafeRawBufferPointer)
        case copy([UInt8])
        /// A message in the long form, which nobody writes to any more.
        case long(WireBytes)
    }

    package let frame: RingFrame
    /// Bytes of the message.
    package let count: Int
    private let place: Mutex<Place>
    private let ring: LoanRing?
    private let id: UInt64

    init(_ ring: LoanRing, _ id: UInt64, _ frame: RingFrame, _ bytes: UnsafeRawBufferPointer) {
        self.ring = ring
        self.id = id
        self.frame = frame
        count = bytes.count
        place = unsafe Mutex(.ring(bytes))
    }

    /// A message that has been copied out already.
    package init(_ frame: RingFrame, copy bytes: [UInt8]) {
        ring = nil
        id = 0
        self.frame = frame
        count = bytes.count
        place = Mutex(.copy(bytes))
    }

    /// A message that came in the long form.
    package init(_ frame: RingFrame, long message: WireBytes) {
        ring = nil
        id = 0
        self.frame = frame
        count = message.count
        place = Mutex(.long(message))
    }

    deinit {
        let isLent = place.withLock { if case .ring = $0 { true } else { false } }
        if isLent { ring?.giveBack(id) }
    }

    /// Calls `body` with the bytes where they are, which may change meanwhile.
    package func withBytes<R: Sendable>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try place.withLock { place in
            switch place {
            case .ring(let bytes): try unsafe body(bytes)
            case .copy(let bytes): try unsafe bytes.withUnsafeBytes(body)
            case .long(let message): try unsafe message.flattened.withUnsafeBytes(body)
            }
        }
    }

    /// The array that the message is, without a copy of it, if it came that way and is of this type.
    package func array<Value>(of type: Value.Type) -> Value? {
        place.withLock { place in
            guard case .long(let message) = place else { return nil }
            return message.whole(of: type)
        }
    }

    /// Calls `body` with bytes that nobody changes.
    package func withCopy<R: Sendable>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        evict()
        return try unsafe withBytes(body)
    }

    /// Copies the bytes out of the ring, which gets its space back.
    ///
    /// - Parameter waits: whether that is done also if somebody reads them at the moment.
    func evict(waits: Bool = true) {
        let isLent =
            waits
            ? place.withLock { Self.copyOut(&$0) } : place.withLockIfAvailable { Self.copyOut(&$0) } ?? false
        if isLent { ring?.giveBack(id) }
    }

    private static func copyOut(_ place: inout Place) -> Bool {
        guard case .ring(let bytes) = place else { return false }
        // An array is copied to where it stays.
        place = unsafe WireBytes(copyingWhole: bytes).map { .long($0) } ?? .copy(Array(bytes))
        return true
    }
}
