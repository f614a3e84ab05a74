/// The two words that a closure value consists of: its code, and the object that holds what it captures.
package struct FunctionWords: BitwiseCopyable, Hashable, Sendable {
    package let code: UInt
    /// 0 for a closure that captures nothing.
    package let context: UInt

    /// Gives up the reference to the context that decoded words come with; copies as closures have their own.
    package func release() {
        guard let context = unsafe UnsafeRawPointer(bitPattern: context) else { return }
        unsafe Unmanaged<AnyObject>.fromOpaque(context).release()
    }
}
