/// Bytes that are not what the reader was promised.
///
/// `BinaryDecoder` throws it for bytes that no `BinaryEncoder` writes; values that are well formed but not of
/// the type that was asked for are `DecodingError`s.
@usableFromInline
package enum WireError: Error, Hashable, Sendable {
    /// The bytes end before the value does.
    case truncated
    /// A length, count or depth above what the reader accepts.
    case tooLarge(String)
    /// Bytes that no writer of this version produces.
    case malformed(String)
}
