/// A context that is not made for the closure: the only thing it captured is one object, so that is used.
///
/// The compiler does so for whatever is represented by one strong reference: instances of classes, arrays, and
/// structs around one of these. Which of them it was is not recorded, but the object says what it is.
enum LoneObject {
    private enum Kind: UInt8 {
        case instance
        case emptyArray
        case array
        /// An array of instances, whose storage does not say of which class.
        case instances
    }

    static func encode(_ object: UnsafeRawPointer, into output: inout CaptureOutput) throws {
        let record = unsafe MetadataRecord(at: object.load(as: UnsafeRawPointer.self))
        guard record.kind == .classType, let descriptor = record.nominalType else {
            throw FunctionRefusal.notUnderstood("an object of the runtime")
        }
        switch descriptor.address {
        case ArrayStorage.emptyDeclaration:
            output.bytes.append(Kind.emptyArray.rawValue)
        case ArrayStorage.declaration:
            guard let element = record.genericArguments(of: descriptor)?.first else {
                throw FunctionRefusal.notUnderstood("an array")
            }
            try unsafe encodeArray(of: element, at: object, into: &output)
        default:
            output.bytes.append(Kind.instance.rawValue)
            // What has a class is an object. Taken unretained, it is retained by its new name.
            let instance = unsafe Unmanaged<AnyObject>.fromOpaque(object).takeUnretainedValue()
            try CapturedInstance.encode(instance, into: &output)
        }
    }

    private static func encodeArray(
        of element: Any.Type, at object: UnsafeRawPointer, into output: inout CaptureOutput
    ) throws {
        if element == AnyObject.self {
            output.bytes.append(Kind.instances.rawValue)
            let instances = unsafe ArrayStorage.array(of: AnyObject.self, at: object)
            output.bytes.append(UInt64(instances.count))
            for instance in instances { try CapturedInstance.encode(instance, into: &output) }
        } else {
            output.bytes.append(Kind.array.rawValue)
            guard let element = element as? any Codable.Type else {
                throw FunctionRefusal.notCodable(element)
            }
            try output.append(element)
            try unsafe ArrayStorage.encode(element, at: object, into: &output)
        }
    }

    /// Makes the object again; the caller owns it.
    static func decode(from input: inout CaptureInput) throws -> UInt {
        guard let kind = Kind(rawValue: try input.bytes.read(UInt8.self)) else {
            throw WireError.malformed("a captured object of an unknown kind")
        }
        switch kind {
        case .instance:
            let instance = try CapturedInstance.decode(from: &input)
            return unsafe UInt(bitPattern: Unmanaged.passRetained(instance).toOpaque())
        case .emptyArray:
            return ArrayStorage.retained([UInt8]())
        case .array:
            return try ArrayStorage.decode(input.readCodableType(), from: &input)
        case .instances:
            var instances: [AnyObject] = []
            for _ in 0..<(try input.bytes.read(UInt64.self)) {
                instances.append(try CapturedInstance.decode(from: &input))
            }
            return ArrayStorage.retained(instances)
        }
    }
}
