/// A captured reference to an object, which may be of a subclass of the type that the closure knows.
///
/// A flag says whether the class travels too; for an object of just that type it does not.
enum CapturedObject {
    static func encode<Object: Codable>(
        _ type: Object.Type, at place: UnsafeRawPointer, into output: inout CaptureOutput
    ) throws {
        let object = unsafe place.assumingMemoryBound(to: type).pointee
        let isExact = Swift.type(of: object) == type
        output.bytes.append(UInt8(isExact ? 0 : 1))
        if isExact {
            try output.append(encoding: object)
        } else {
            try CapturedInstance.encode(object as AnyObject, into: &output)
        }
    }

    static func decode<Object: Codable>(
        _ type: Object.Type, at place: UnsafeMutableRawPointer, from input: inout CaptureInput
    ) throws {
        guard try input.bytes.read(UInt8.self) != 0 else {
            return try unsafe CapturedValue.decode(type, at: place, from: &input)
        }
        guard let object = try CapturedInstance.decode(from: &input) as? Object else {
            throw WireError.malformed("a captured object of a class that is no subclass of the expected one")
        }
        unsafe place.initializeMemory(as: type, to: object)
    }
}
