/// A function that was decoded: it owns its context until it ends, and lends it to closures made from it.
package struct OwnedFunction: ~Copyable {
    package let words: FunctionWords

    init(adopting words: FunctionWords) {
        self.words = words
    }

    deinit {
        if let context = unsafe UnsafeRawPointer(bitPattern: words.context) {
            unsafe Unmanaged<AnyObject>.fromOpaque(context).release()
        }
    }

    /// Makes the struct around a closure that the function was before it was sent.
    ///
    /// - Returns: The struct, which keeps the captured values alive by itself; nil if the struct is not two
    ///   words, so that it cannot hold just a closure.
    package borrowing func closure<Body>(as type: Body.Type) -> Body? {
        guard MemoryLayout<Body>.size == MemoryLayout<FunctionWords>.size else { return nil }
        // The caller names the type that was sent along with the words. The cast retains the context.
        return unsafe unsafeBitCast(words, to: Body.self)
    }
}
