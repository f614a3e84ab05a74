/// Reading and writing where the static type is a parameter that has been found to be this type.
extension DirectlyCoded {
    /// Writes a value whose type `DirectTypes.find` has found to be this one.
    static func write<Value>(_ value: Value, to writer: inout ByteWriter) {
        // Both are the same type, and a dynamic cast costs more than the whole write.
        unsafe unsafeBitCast(value, to: Self.self).write(to: &writer)
    }

    /// Reads a value of the type that `DirectTypes.find` has found to be this one.
    static func read<Value>(
        _ tag: WireTag, from body: inout ByteReader, as type: Value.Type
    ) throws(WireError) -> Value {
        // As above.
        unsafe unsafeBitCast(try read(tag, from: &body), to: Value.self)
    }
}
