import CMultiprocessing

/// An address inside of the program's images, in a form that means the same in every process of this build.
///
/// Images lie at other addresses in each process; an image and an offset do not change.
enum CodeAddress {
    private static let ownImage: UInt8 = 0
    private static let namedImage: UInt8 = 1

    /// Appends an address; false, and nothing is written, when it lies in no image.
    static func encode(_ address: UInt, into writer: inout ByteWriter) -> Bool {
        var image = unsafe mp_image()
        guard unsafe mp_image_of(address, &image) == 1, let name = unsafe image.name else { return false }
        let path = unsafe String(cString: name)
        if path.isEmpty {
            // Both sides have compared the identity of the program itself at the start.
            writer.append(ownImage)
        } else {
            writer.append(namedImage)
            writer.append(string: path)
            unsafe writer.append(image.build)
        }
        unsafe writer.append(UInt64(address - image.bias))
        return true
    }

    /// Reads what `encode` wrote.
    ///
    /// - Throws: when this process does not have the image, has it in another build, or the offset is outside.
    static func decode(from reader: inout ByteReader) throws(WireError) -> UInt {
        var path = ""
        var build: UInt64?
        switch try reader.read(UInt8.self) {
        case ownImage: break
        case namedImage:
            path = try reader.readString()
            build = try reader.read(UInt64.self)
        default: throw .malformed("an address of an unknown kind")
        }
        let offset = try reader.read(UInt64.self)
        var image = unsafe mp_image()
        guard unsafe mp_image_named(path, &image) == 1 else {
            throw .malformed("the library \(path) is not loaded in this process")
        }
        guard unsafe build == nil || build == image.build else {
            throw .malformed("the library \(path) is another build in this process")
        }
        let (address, isOver) = unsafe UInt(image.bias).addingReportingOverflow(UInt(offset))
        var found = unsafe mp_image()
        guard !isOver, unsafe mp_image_of(address, &found) == 1, unsafe found.bias == image.bias else {
            throw .malformed("an address outside of its image")
        }
        return address
    }
}
