extension UnsafeRawBufferPointer {
    /// Where a buffer begins that is known not to be empty.
    var start: UnsafeRawPointer {
        guard let start = baseAddress else { preconditionFailure("an empty buffer begins nowhere") }
        return unsafe start
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Where a buffer begins that is known not to be empty.
    var start: UnsafeMutableRawPointer {
        guard let start = baseAddress else { preconditionFailure("an empty buffer begins nowhere") }
        return unsafe start
    }
}
