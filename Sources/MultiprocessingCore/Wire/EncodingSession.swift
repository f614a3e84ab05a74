/// What all containers of one encoding share.
final class EncodingSession {
    /// The kernel passes this many descriptors with one message (SCM_MAX_FD).
    static let attachmentLimit = SharedDescriptor.mostInMessage
    let userInfo: [CodingUserInfoKey: any Sendable]
    let depthLimit: Int
    private(set) var attachments: [SharedDescriptor]
    /// What went wrong where an encoder has no way to throw; the whole encoding throws it at the end.
    var failure: EncodingError?

    init(userInfo: [CodingUserInfoKey: any Sendable], depthLimit: Int, attachments: [SharedDescriptor]) {
        self.userInfo = userInfo
        self.depthLimit = depthLimit
        self.attachments = attachments
    }

    /// Adds a descriptor, or finds it if the message has it already.
    func attach(_ descriptor: SharedDescriptor) throws -> Int {
        if let known = attachments.firstIndex(where: { $0 === descriptor }) { return known }
        guard attachments.count < Self.attachmentLimit else {
            throw WireError.tooLarge("more than \(Self.attachmentLimit) file descriptors in one message")
        }
        attachments.append(descriptor)
        return attachments.count - 1
    }

    /// Forgets the descriptors of a value that was taken back.
    func detach(downTo count: Int) {
        attachments.removeSubrange(count...)
    }
}
