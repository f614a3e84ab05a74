/// Where captured values are written: bytes, and the descriptors that go with them.
struct CaptureOutput {
    var bytes: ByteWriter
    var attachments: [SharedDescriptor]
    let encoder: BinaryEncoder

    mutating func append<Value: Encodable>(encoding value: Value) throws {
        try encoder.encode(value, into: &bytes, attachments: &attachments)
    }

    /// Appends a reference to the type of what was captured.
    mutating func append(_ type: Any.Type) throws(FunctionRefusal) {
        do throws(TypeRefusal) {
            try TypeReference.encode(type, into: &bytes)
        } catch {
            throw .unnameable(error)
        }
    }
}
