extension ProcessPool {
    /// A pool whose calls have options.
    ///
    /// It takes the calls that a pool takes. It does not keep the pool alive.
    public struct View: PoolCalls {
        /// The pool, and the options.
        public let callSite: PoolCallSite
    }
}
