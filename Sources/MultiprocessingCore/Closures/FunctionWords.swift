/// The two words that a closure value consists of.
///
/// Read them from a struct that holds nothing but the closure: a cast of the closure itself may convert it
/// first, and the words are then those of a temporary.
package struct FunctionWords: BitwiseCopyable, Hashable, Sendable {
    /// The entry of the function; or, for an asynchronous one, the record that leads to it.
    package var code: UInt
    /// What the function captured: an object that the closure owns; zero for nothing.
    package var context: UInt

    package init(code: UInt, context: UInt) {
        self.code = code
        self.context = context
    }
}
