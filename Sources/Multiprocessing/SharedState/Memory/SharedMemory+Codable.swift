import MultiprocessingCore

/// What stands in a message for shared memory.
private enum MemoryReference: Codable {
    case unnamed(attachment: Int, count: Int)
    case named(String, id: SharedObject.ID)
}

extension SharedMemory: Codable {
    /// The memory that a message brings, or that has a name which was written down.
    ///
    /// - Throws: a ``MultiprocessingError``: `notFound` when memory with a name lost it meanwhile, also to other
    ///   memory; `protocolViolation` for memory that is not what was announced, of which nothing is used then.
    public convenience init(from decoder: any Decoder) throws {
        switch try MemoryReference(from: decoder) {
        case .unnamed(let attachment, let count):
            let file = try decoder.attachment(attachment, of: "a SharedMemory")
            guard count > 0 else {
                throw MultiprocessingError(.protocolViolation, "shared memory came with \(count) bytes")
            }
            do {
                try SharedMapping.check(file.descriptor, holds: count)
                try self.init(file, count: count)
            } catch let error as ReceivedFileError {
                throw MultiprocessingError(
                    .protocolViolation, "shared memory came that cannot be trusted", cause: error)
            } catch let error as SystemError {
                throw MultiprocessingError(.noResources, "shared memory could not be mapped", cause: error)
            }
        case .named(let name, let id):
            let checked = try Self.checked(name)
            let failure = "the shared memory '\(name)' could not be opened"
            let (segment, memory) = try Self.explained(failure, name) {
                let found = try SegmentFolder.shared.open(checked)
                // Somebody else's, under a name that was free again.
                guard found.segment.id == id else { throw SegmentError.notFound }
                return found
            }
            self.init(segment, memory, isOwner: false)
        }
    }

    /// Sends the memory along with a message.
    ///
    /// Memory without a name goes in messages of the library's to processes of this machine. Memory with a name goes as
    /// its name, as in Python: through any encoder, and only as long as it has that name. Ownership stays here.
    ///
    /// - Throws: a ``MultiprocessingError``: `notTransferable` for memory without a name in other bytes, `closed` for a
    ///   closed handle.
    public func encode(to encoder: any Encoder) throws {
        if let segment {
            try MemoryReference.named(segment.name.text, id: segment.id).encode(to: encoder)
        } else if let file = try contents.file {
            let attachment = try encoder.attach(file, of: "a SharedMemory")
            try MemoryReference.unnamed(attachment: attachment, count: count).encode(to: encoder)
        }
    }
}
