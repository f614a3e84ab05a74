/// What a client wants.
struct HTTPRequest: Sendable {
    /// Tells it from the others in the log.
    let number: Int
    let method: String
    let path: String
    let query: [String: String]
    /// By lower-case names.
    let headers: [String: String]

    /// Reads a head, which ends before the empty line; nil if it is none.
    init?(number: Int, head: String) {
        // "\r\n" is one character in Swift.
        let lines = head.split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
        let parts = words[1].split(separator: "?", maxSplits: 1)
        guard let path = parts.first else { return nil }
        self.number = number
        self.method = String(words[0])
        self.path = String(path)
        query = Self.pairs((parts.count > 1 ? parts[1] : "").split(separator: "&"), dividedBy: "=")
        let fields = Self.pairs(lines.dropFirst(), dividedBy: ":")
        headers = Dictionary(fields.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }

    private static func pairs(_ texts: some Sequence<Substring>, dividedBy mark: Character) -> [String:
        String]
    {
        let pairs = texts.compactMap { text -> (String, String)? in
            let parts = text.split(separator: mark, maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return (String(parts[0]), String(parts[1].drop { $0 == " " }))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}

/// What a client is told.
struct HTTPResponse: Sendable {
    private static let reasons = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 431: "Header Fields Too Large", 499: "Gone",
        500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]

    var status = 200
    var headers: [String: String] = [:]
    var body: String

    /// The message as it goes over the line; there is one on each connection.
    var bytes: [UInt8] {
        var lines = ["HTTP/1.1 \(status) \(Self.reasons[status] ?? "Unknown")"]
        lines += headers.map { "\($0.key): \($0.value)" }
        lines += [
            "Content-Type: text/plain", "Content-Length: \(body.utf8.count)", "Connection: close", "", body,
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}
