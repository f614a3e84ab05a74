extension ListenerAddress: CustomStringConvertible {
    /// Reads what `description` gives, such as `unix:/run/app/socket`, `abstract:name` or `tcp:[::1]:6000`.
    ///
    /// A path that begins with a slash needs no word before it.
    ///
    /// - Parameter text: the text.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for anything else, such as the name of a
    ///   pipe of another platform.
    public init(_ text: String) throws {
        guard let kind = Self.kind(of: text) else {
            throw MultiprocessingError(
                .invalidArgument,
                "\"\(text)\" is no address of a family that there is here: use unix:PATH, abstract:NAME or tcp:HOST:PORT"
            )
        }
        self.init(kind)
    }

    private static func kind(of text: String) -> Kind? {
        if text.hasPrefix("/") { return .path(text) }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = String(text[text.index(after: colon)...])
        guard !rest.isEmpty else { return nil }
        switch text[..<colon] {
        case "unix": return .path(rest)
        case "abstract": return .abstract(rest)
        case "tcp": return network(rest)
        default: return nil
        }
    }

    private static func network(_ text: String) -> Kind? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : .network(host: String(host), port: port)
    }

    /// The address as a text.
    public var description: String {
        switch kind {
        case .path(let path): "unix:\(path)"
        case .abstract(let name): "abstract:\(name)"
        case .network(let host, let port): "tcp:\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}

extension ListenerAddress: Codable {
    /// Decodes an address from its text.
    ///
    /// - Parameter decoder: of any kind.
    /// - Throws: a ``MultiprocessingError`` with the code `invalidArgument` for a text that is no address.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the address as its text.
    ///
    /// - Parameter encoder: of any kind.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
