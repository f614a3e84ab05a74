/// A place in an image, named so that another process of the same build finds it.
///
/// Images lie at random addresses, so a place is the image's identity and an offset into it. A seal over both,
/// and over what is to be found there, keeps damaged bytes from leading into the middle of something: the
/// place itself cannot prove what it is. It is no guard against malice, the channel is.
struct CodeAddress: Sendable {
    let address: UInt
    let image: LoadedImage

    /// Names a place in this process.
    init(naming address: UInt) throws(CodeReferenceError) {
        guard let image = ImageTable.current.image(containing: address) else { throw .outsideImages }
        self.address = address
        self.image = image
    }

    private init(address: UInt, image: LoadedImage) {
        self.address = address
        self.image = image
    }

    func encode(as purpose: Purpose, into writer: inout ByteWriter) {
        let offset = UInt64(address &- image.base)
        writer.append(UInt8(image.isExecutable ? 0 : 1))
        writer.append(image.identity)
        if !image.isExecutable { writer.append(string: image.name) }
        writer.append(offset)
        writer.append(Seal.of(image.identity, offset, UInt64(purpose.rawValue)))
    }

    /// Reads a place that another process named, and checks that it can be one of the kind.
    static func decode(
        as purpose: Purpose, from reader: inout ByteReader, trust: CodeTrust
    ) throws -> CodeAddress {
        let flag = try reader.read(UInt8.self)
        guard flag <= 1 else { throw WireError.malformed("a code reference of an unknown kind") }
        let identity = try reader.read(UInt64.self)
        let name = flag == 0 ? nil : try reader.readString()
        let offset = try reader.read(UInt64.self)
        let seal = try reader.read(UInt32.self)
        // The image first: another build is the likely reason, and the better message.
        let image = try ImageTable.current.image(named: name, identity: identity)
        guard seal == Seal.of(identity, offset, UInt64(purpose.rawValue)) else {
            throw WireError.malformed("a code reference that nobody wrote")
        }
        let place = CodeAddress(address: image.base &+ UInt(offset), image: image)
        guard place.serves(purpose) else { throw CodeReferenceError.outsideImage(image.name) }
        return place
    }

    /// Whether the image has mapped so many bytes from here on, and words may be read here.
    func holds(_ count: Int, alignedTo alignment: UInt = 1) -> Bool {
        address % alignment == 0 && image.segment(containing: address, count: count) != nil
    }
}

extension CodeAddress {
    /// What is to be found at a place.
    enum Purpose: UInt8 {
        /// The entry of a function; or, for an asynchronous one, the record that leads to it.
        case function
        /// What the compiler wrote down about a struct, enum or class.
        case typeDeclaration
        /// What the compiler wrote down about a protocol.
        case protocolDeclaration
        /// The metadata of the context of one closure.
        case contextMetadata
        /// A type's implementations of a protocol's requirements.
        case witnessTable
    }

    /// Whether a place of this kind can be here.
    func serves(_ purpose: Purpose) -> Bool {
        switch purpose {
        case .function:
            guard let segment = image.segment(containing: address, count: 1) else { return false }
            return segment.isExecutable || leadsToCode
        case .typeDeclaration: return holds(NominalTypeDescriptor.minimalSize, alignedTo: 4)
        case .protocolDeclaration: return holds(16, alignedTo: 4)
        case .contextMetadata: return holds(24, alignedTo: 8)
        case .witnessTable: return holds(8, alignedTo: 8)
        }
    }

    /// Whether the place holds the record of an asynchronous function.
    ///
    /// That is the distance to its entry, then the size of its frame. Where a linker puts the record among
    /// code, it passes as an entry.
    private var leadsToCode: Bool {
        guard holds(8, alignedTo: 4), let record = unsafe UnsafeRawPointer(bitPattern: address) else {
            return false
        }
        let entry = address &+ UInt(bitPattern: Int(unsafe record.load(as: Int32.self)))
        return image.segment(containing: entry, count: 1)?.isExecutable == true
    }
}
