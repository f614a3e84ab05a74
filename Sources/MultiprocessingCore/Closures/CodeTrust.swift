/// Says that bytes may choose code that runs here; nothing that refers to code is decoded without it.
///
/// Whoever writes one of these words states where the bytes came from, so that a search for the type's name
/// finds every place that lets bytes choose code.
package struct CodeTrust: Sendable {
    private init() {}

    /// The bytes came through a channel that was inherited from the parent or made for the child.
    package static let inheritedChannel = CodeTrust()
}
