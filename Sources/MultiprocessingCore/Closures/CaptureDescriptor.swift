/// What the compiler wrote down about the values that a closure captured, for debuggers.
///
/// It is constant data in the closure's image: three counts, then for each captured value the distance to its
/// type's name, then for each generic parameter the distances to its name and to where its type is found.
@safe struct CaptureDescriptor {
    /// A generic parameter of the code, and the word at the start of the context that holds its type.
    struct Parameter {
        let name: MangledName
        let binding: Int
    }

    /// The names of the captured values' types, in the order in which the values lie.
    let captures: [MangledName]
    let parameters: [Parameter]
    /// How many words of types and conformances lie before the captured values.
    let bindingCount: Int
    /// Where bindings and values begin.
    let offset: Int

    /// More captures than this are not looked at; nobody writes such a closure.
    private static let countLimit: UInt32 = 1024

    /// Reads what belongs to the metadata of a closure's context; nil if the metadata lacks it.
    ///
    /// The place may come from outside: everything is checked to lie in its image.
    init?(ofContextsAt place: CodeAddress) {
        guard let metadata = unsafe Self.pointer(place, at: 0, count: 24, alignment: 8),
            unsafe MetadataRecord(at: metadata).kind == .closureContext,
            let description = try? CodeAddress(
                naming: unsafe metadata.load(fromByteOffset: 16, as: UInt.self)),
            let header = unsafe Self.pointer(description, at: 0, count: 12, alignment: 4)
        else { return nil }
        let (captureCount, parameterCount, bindingCount) = unsafe (
            header.load(as: UInt32.self), header.load(fromByteOffset: 4, as: UInt32.self),
            header.load(fromByteOffset: 8, as: UInt32.self)
        )
        guard max(captureCount, parameterCount, bindingCount) <= Self.countLimit else { return nil }

        var captures: [MangledName] = []
        for index in 0..<Int(captureCount) {
            guard let target = Self.target(description, at: 12 + index * 4),
                let name = MangledName(at: target)
            else {
                return nil
            }
            captures.append(name)
        }
        var parameters: [Parameter] = []
        for index in 0..<Int(parameterCount) {
            let record = 12 + Int(captureCount) * 4 + index * 8
            guard let target = Self.target(description, at: record), let name = MangledName(at: target),
                let source = Self.target(description, at: record + 4).flatMap(MangledName.init(at:)),
                let binding = Self.binding(source.tail), binding < bindingCount
            else { return nil }
            parameters.append(Parameter(name: name, binding: binding))
        }
        self.captures = captures
        self.parameters = parameters
        self.bindingCount = Int(bindingCount)
        offset = unsafe Int(metadata.load(fromByteOffset: 8, as: UInt32.self))
        // The header of an object has two words.
        guard offset >= 16, offset % 8 == 0, offset < 4096 else { return nil }
    }

    /// The number of the binding in a source's text: `B0`; other sources are not understood.
    private static func binding(_ source: String) -> Int? {
        source.hasPrefix("B") ? Int(source.dropFirst()) : nil
    }

    private static func pointer(
        _ place: CodeAddress, at offset: Int, count: Int, alignment: UInt
    ) -> UnsafeRawPointer? {
        let address = place.address &+ UInt(bitPattern: offset)
        guard address % alignment == 0, place.image.segment(containing: address, count: count) != nil else {
            return nil
        }
        return unsafe UnsafeRawPointer(bitPattern: address)
    }

    /// Where a distance leads.
    private static func target(_ place: CodeAddress, at offset: Int) -> UInt? {
        guard let pointer = unsafe pointer(place, at: offset, count: 4, alignment: 4) else { return nil }
        return unsafe UInt(bitPattern: pointer) &+ UInt(bitPattern: Int(pointer.load(as: Int32.self)))
    }
}
