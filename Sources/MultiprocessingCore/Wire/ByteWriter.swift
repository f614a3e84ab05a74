/// A growing run of bytes that messages are written into, in the byte order of the machine.
@usableFromInline
package struct ByteWriter: Sendable {
    @usableFromInline package internal(set) var bytes: [UInt8] = []

    package init() {}

    /// A writer that uses the memory of an earlier one.
    package init(reusing memory: consuming [UInt8]) {
        bytes = memory
        bytes.removeAll(keepingCapacity: true)
    }

    @inlinable package var count: Int { bytes.count }

    package mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    // What is generic and called for each call of an object is inlined into the module above, which would else look for
    // the type each time.

    /// Appends the bytes of a plain value.
    @inlinable
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
    @inlinable
    package mutating func overwrite<Value: BitwiseCopyable>(at offset: Int, with value: Value) {
        unsafe withUnsafeBytes(of: value) { source in
            unsafe bytes.withUnsafeMutableBytes { target in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset..<(offset + source.count)])
                    .copyMemory(from: source)
            }
        }
    }

    /// Appends a length in one byte if it is below 255, else in nine.
    mutating func append(shortLength length: Int) {
        if length < UInt8.max {
            bytes.append(UInt8(length))
        } else {
            bytes.append(UInt8.max)
            append(UInt64(length))
        }
    }

    /// Appends a short length and the UTF-8 bytes of a string of any size.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            append(shortLength: utf8.count)
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(utf8))
        }
    }

    /// Makes room for `count` more bytes, growing at least twofold so that many such calls stay cheap.
    mutating func reserveTail(_ count: Int) {
        guard bytes.capacity - bytes.count < count else { return }
        bytes.reserveCapacity(max(bytes.count + count, bytes.capacity * 2))
    }

    mutating func append(_ tag: WireTag) {
        bytes.append(tag.rawValue)
    }

    /// Puts a tag before a value that has been written already.
    mutating func insert(_ tag: WireTag, at offset: Int) {
        bytes.insert(tag.rawValue, at: offset)
    }

    /// Forgets everything from an offset on and hands it out.
    mutating func removeTail(from offset: Int) -> [UInt8] {
        let tail = Array(bytes[offset...])
        truncate(to: offset)
        return tail
    }

    /// Forgets everything from an offset on.
    package mutating func truncate(to offset: Int) {
        bytes.removeSubrange(offset...)
    }
}
