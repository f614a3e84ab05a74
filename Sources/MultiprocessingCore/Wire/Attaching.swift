/// An encoder that can send file descriptors along; values that hold descriptors refuse every other.
package protocol AttachingEncoder: Encoder {
    /// Sends a descriptor along with the message.
    ///
    /// - Returns: the number under which the other side finds it.
    /// - Throws: `WireError.tooLarge` if the message already has as many as one message can carry.
    func attach(_ descriptor: SharedDescriptor) throws -> Int
}

/// A decoder whose message came with file descriptors.
package protocol AttachingDecoder: Decoder {
    /// The descriptor that was sent under this number.
    ///
    /// - Throws: `WireError.malformed` if no descriptor came under this number.
    func attachment(at index: Int) throws -> SharedDescriptor
}
