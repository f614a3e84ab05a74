/// The name of shared memory, as users write it; its file is called the same behind a prefix that marks it as ours.
package struct SegmentName: Hashable, Sendable, CustomStringConvertible {
    /// What the names of our files begin with.
    static let prefix = "swiftmp-"
    /// The longest name: a file's has at most 255 bytes.
    package static let maximumLength = 255 - prefix.utf8.count

    package let text: String

    /// Nil for a name that no file can have.
    package init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count),
            !text.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") })
        else { return nil }
        self.text = text
    }

    /// The name that belongs to a file; nil for files that are not ours.
    init?(file: String) {
        guard file.hasPrefix(Self.prefix) else { return nil }
        self.init(String(file.dropFirst(Self.prefix.count)))
    }

    private init(number: (UInt64, UInt64)) {
        text = [number.0, number.1].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// A name that nobody can guess.
    package static func random() -> SegmentName {
        SegmentName(number: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    }

    var file: String { Self.prefix + text }
    package var description: String { text }
}
