import MultiprocessingCore

/// What a manager and its clients say to each other: frames, of which a message holds one or several.
enum ManagerFrame: UInt8 {
    /// The client's number for the name of a method, before its first use.
    case target = 1
    case call
    /// Nobody waits for a call any more.
    case cancel
    /// A client has let go of all that it was given of an object.
    case release
    /// A client has got an object from elsewhere than the manager.
    case claim
    /// A client has put an object into a message, where it lives until somebody claims it.
    case lend
    /// A question about names, or about the manager itself.
    case request
    /// A closure that makes an object; on inherited channels only.
    case create
    /// Who the client is; the first frame of all.
    case introduce
    /// A client that makes many calls asks for memory to make them through; on local sockets only.
    case share
    /// The client has the memory: what it says from now on, it says there.
    case join

    /// The value of a call.
    case value = 16
    /// The end of a call that returns nothing.
    case nothing
    case failure
    /// The memory that a client has asked for.
    case memory
    /// What the manager says from now on, it says there.
    case joined

    /// The longest frame's length is that of the message; this many bytes stand before each.
    static let headerSize = 9
}

extension ByteWriter {
    /// Appends a frame; when the body throws, nothing was appended.
    mutating func append(_ kind: ManagerFrame, _ body: (inout ByteWriter) throws -> Void) rethrows {
        let start = count
        append(kind.rawValue)
        append(UInt64(0))
        do {
            try body(&self)
        } catch {
            truncate(to: start)
            throw error
        }
        overwrite(at: start + 1, with: UInt64(count - start - ManagerFrame.headerSize))
    }
}
