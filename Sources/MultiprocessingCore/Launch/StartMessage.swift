/// What a child is told, in one message on its channel: who it is, and by whom.
struct StartMessage {
    /// Goes first and never changes its place, so that any two versions can tell each other apart.
    static let wireVersion: UInt32 = 2

    let role: any ChildRole.Type
    let parentID: Int32
    let settings: ChildSettings
    let payload: [UInt8]

    init(
        role: any ChildRole.Type, parentID: Int32, settings: ChildSettings = ChildSettings(),
        payload: [UInt8]
    ) {
        self.role = role
        self.parentID = parentID
        self.settings = settings
        self.payload = payload
    }

    /// Why a child does not begin.
    enum Refusal: Error {
        case otherVersion(UInt32)
        case otherBuild
        case unknownRole(String)
    }

    func encoded(identity: BuildIdentity) throws -> [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.wireVersion)
        writer.append(identity)
        writer.append(parentID)
        writer.append(string: Self.name(of: role))
        writer.append(UInt8(settings.isEmpty ? 0 : 1))
        if !settings.isEmpty { try BinaryEncoder().encode(settings, into: &writer) }
        writer.append(UInt64(payload.count))
        writer.append(contentsOf: payload)
        return writer.bytes
    }

    static func name(of role: any ChildRole.Type) -> String {
        // A role is a type of this program with a name, so it has a mangled one as well.
        _mangledTypeName(role) ?? ""
    }

    static func role(named name: String) throws(Refusal) -> any ChildRole.Type {
        guard let role = _typeByName(name) as? any ChildRole.Type else { throw .unknownRole(name) }
        return role
    }

    /// Decodes a message; nothing behind the identity is looked at before that has been compared.
    ///
    /// - Throws: a `Refusal`, or a `WireError` for bytes that are no such message.
    init(decoding bytes: [UInt8], identity: BuildIdentity) throws {
        self = try unsafe bytes.withUnsafeBytes { raw in
            var reader = unsafe ByteReader(raw)
            let version = try reader.read(UInt32.self)
            guard version == Self.wireVersion else { throw Refusal.otherVersion(version) }
            guard try reader.read(BuildIdentity.self) == identity else { throw Refusal.otherBuild }
            let parentID = try reader.read(Int32.self)
            let role = try Self.role(named: try reader.readString())
            let settings =
                try reader.read(UInt8.self) == 0
                ? ChildSettings() : try BinaryDecoder().decode(ChildSettings.self, from: &reader)
            let count = Int(clamping: try reader.read(UInt64.self))
            let payload = unsafe Array(try reader.readBytes(count))
            return StartMessage(role: role, parentID: parentID, settings: settings, payload: payload)
        }
    }

    // MARK: The answer

    /// What a child answers when it was told to change itself: nothing, or what the system refused.
    static func answer(_ refusal: SystemError?) -> [UInt8] {
        var writer = ByteWriter()
        if let refusal {
            writer.append(refusal.code)
            writer.append(string: refusal.call)
        }
        return writer.bytes
    }

    static func refusal(in answer: [UInt8]) throws(WireError) -> SystemError? {
        if answer.isEmpty { return nil }
        return try unsafe answer.span.bytes.withUnsafeBytes { raw throws(WireError) in
            var reader = unsafe ByteReader(raw)
            return SystemError(code: try reader.read(), call: try reader.readString())
        }
    }
}
