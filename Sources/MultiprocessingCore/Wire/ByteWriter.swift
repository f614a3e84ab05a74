/// A growing run of bytes that messages are written into, in the byte order of the machine.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var count: Int { bytes.count }

    package mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Appends the bytes of a plain value.
    package mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func append(contentsOf raw: UnsafeRawBufferPointer) {
        unsafe bytes.append(contentsOf: raw)
    }

    package mutating func append(contentsOf other: [UInt8]) {
        bytes.append(contentsOf: other)
    }

    /// Appends a length and the UTF-8 bytes of a string.
    package mutating func append(string: String) {
        var string = string
        string.withUTF8 { text in
            append(UInt32(text.count))
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(text))
        }
    }

    /// Writes a plain value over bytes that are there already, such as a length that was not known before.
    package mutating func overwrite<Value: BitwiseCopyable>(at offset: Int, with value: Value) {
        unsafe withUnsafeBytes(of: value) { source in
            unsafe bytes.withUnsafeMutableBytes { target in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset..<(offset + source.count)])
                    .copyMemory(from: source)
            }
        }
    }
}
