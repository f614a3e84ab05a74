import MultiprocessingCore

// A handle is encoded as plain numbers and the descriptors it holds, which travel beside the bytes. Only the
// library's own messages between processes of one machine have room for descriptors.

extension Encoder {
    /// Sends a descriptor of a handle along.
    ///
    /// - Parameters:
    ///   - descriptor: what is sent; the other side gets a copy.
    ///   - handle: what the handle is called in the refusal, such as "a SharedQueue".
    /// - Returns: the number to encode, by which the other side finds it.
    /// - Throws: a ``MultiprocessingError`` where no descriptor can travel.
    func attach(_ descriptor: SharedDescriptor, of handle: String) throws -> Int {
        guard let encoder = self as? any AttachingEncoder else {
            throw MultiprocessingError(
                .notTransferable,
                "\(handle) can be sent to processes of this machine only, as an argument, a captured value, or a "
                    + "message of the library's; use a managed object elsewhere")
        }
        return try encoder.attach(descriptor)
    }
}

extension Decoder {
    /// The descriptor of a handle that came under this number.
    func attachment(_ index: Int, of handle: String) throws -> SharedDescriptor {
        guard let decoder = self as? any AttachingDecoder else {
            throw MultiprocessingError(
                .notTransferable, "\(handle) cannot come from bytes without descriptors")
        }
        return try decoder.attachment(at: index)
    }
}
