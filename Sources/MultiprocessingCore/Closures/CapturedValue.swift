/// A captured value in its place in a context; each function opens the type that is known only at run time.
enum CapturedValue {
    static func encode<Value: Codable>(
        _ type: Value.Type, at place: UnsafeRawPointer, into output: inout CaptureOutput
    ) throws {
        let value = unsafe place.assumingMemoryBound(to: type)
        try unsafe output.append(encoding: value.pointee)
    }

    static func decode<Value: Codable>(
        _ type: Value.Type, at place: UnsafeMutableRawPointer, from input: inout CaptureInput
    ) throws {
        let value = try input.decode(type)
        unsafe place.initializeMemory(as: type, to: value)
    }

    static func end<Value>(_ type: Value.Type, at place: UnsafeMutableRawPointer) {
        unsafe place.assumingMemoryBound(to: type).deinitialize(count: 1)
    }
}
