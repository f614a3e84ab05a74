// A closure that captures nothing but a struct around one descriptor holds the descriptor itself: the compiler
// makes no difference between the two, so that is what has to travel.

extension SharedDescriptor: Encodable {
    package func encode(to encoder: any Encoder) throws {
        guard let attaching = encoder as? any AttachingEncoder else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "no descriptor can go along"))
        }
        var container = encoder.singleValueContainer()
        try container.encode(try attaching.attach(self))
    }
}

extension SharedDescriptor: Decodable {
    /// A second descriptor for the file that came along: an initialiser cannot give the object that holds the first.
    package convenience init(from decoder: any Decoder) throws {
        let index = try decoder.singleValueContainer().decode(Int.self)
        guard let attaching = decoder as? any AttachingDecoder else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no descriptor came along"))
        }
        try self.init(duplicating: try attaching.attachment(at: index).raw)
    }
}
