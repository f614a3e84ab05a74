/// An instance of a class that its reference does not tell: its class travels, then its value.
enum CapturedInstance {
    static func encode(_ instance: AnyObject, into output: inout CaptureOutput) throws {
        guard let codable = instance as? any Codable else {
            throw FunctionRefusal.notCodable(type(of: instance))
        }
        try output.append(type(of: instance))
        try output.append(encoding: codable)
    }

    static func decode(from input: inout CaptureInput) throws -> AnyObject {
        let type = try input.readCodableType()
        guard MetadataRecord(type).kind == .classType else {
            throw WireError.malformed("a captured instance of what is no class")
        }
        return try decode(type, from: &input) as AnyObject
    }

    /// Opens the class itself: decoded as one that it inherits from, the instance would be one of those.
    private static func decode<Instance: Codable>(
        _ type: Instance.Type, from input: inout CaptureInput
    ) throws -> Any {
        try input.decode(type)
    }
}
