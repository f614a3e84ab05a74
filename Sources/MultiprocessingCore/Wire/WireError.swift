/// Bytes that are not what the reader was promised.
package enum WireError: Error, Hashable, Sendable {
    /// The bytes end before the value does.
    case truncated
    /// A length, count or depth above what the reader accepts.
    case tooLarge(String)
    /// Bytes that no writer of this version produces.
    case malformed(String)
}
