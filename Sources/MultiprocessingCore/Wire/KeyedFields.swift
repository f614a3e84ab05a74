/// The fields of one keyed value, found by name.
///
/// Fields are nearly always asked for in the order in which they were written, so the next one is looked at
/// first. Whoever asks in another order in a large container pays for an index once.
final class KeyedFields {
    let context: DecodingContext
    private let start: Int
    private let end: Int
    /// Where the field after the last one that was read begins.
    private var cursor: Int
    /// How many fields searches have passed by.
    private var passed = 0
    private var index: [String: Field]?

    private struct Field {
        let value: WireValue
        /// Where the field after this one begins.
        let next: Int
    }

    /// Checks the container as a whole, so that looking for a field cannot meet bytes that make no sense.
    init(context: DecodingContext, at location: WireValue) throws {
        self.context = context
        var reader = context.session.reader(at: location.body)
        switch location.tag {
        case .keyed: end = try reader.readLength() + reader.offset
        case .nothing: end = location.body
        default: throw context.mismatch([String: Any].self, at: location, key: nil)
        }
        start = reader.offset
        cursor = start
        while reader.offset < end {
            try reader.skip(try reader.readShortLength())
            try reader.skipBody(of: try reader.readValue().tag)
        }
        guard reader.offset == end else { throw WireError.malformed("a keyed container with a wrong length") }
    }

    /// The value of a field; the next search starts behind it.
    func take(_ name: String) -> WireValue? {
        guard let field = find(name) else { return nil }
        cursor = field.next
        return field.value
    }

    /// The value of a field.
    func look(_ name: String) -> WireValue? {
        find(name)?.value
    }

    /// The names of all fields, in order.
    var names: [String] {
        var names: [String] = []
        unsafe scan(from: start, to: end) { name, _ in
            unsafe names.append(String(decoding: name, as: UTF8.self))
            return false
        }
        return names
    }

    private func find(_ name: String) -> Field? {
        if let index { return index[name] }
        var name = name
        let field = name.withUTF8 { wanted in
            let wanted = UnsafeRawBufferPointer(wanted)
            let isWanted = { (name: UnsafeRawBufferPointer, _: Field) in
                unsafe name.count == wanted.count && name.elementsEqual(wanted)
            }
            return unsafe scan(from: cursor, to: end, until: isWanted)
                ?? scan(from: start, to: cursor, until: isWanted)
        }
        if passed > Self.patience { makeIndex() }
        return field
    }

    /// How many fields searches may pass by before an index is cheaper.
    private static let patience = 256

    private func makeIndex() {
        var fields: [String: Field] = [:]
        unsafe scan(from: start, to: end) { name, field in
            // The first of two equal names counts, as in a search from the start.
            let name = unsafe String(decoding: name, as: UTF8.self)
            if fields[name] == nil { fields[name] = field }
            return false
        }
        index = fields
    }

    /// Goes from field to field until one is the right one.
    @discardableResult
    private func scan(
        from start: Int, to end: Int, until isRight: (UnsafeRawBufferPointer, Field) -> Bool
    ) -> Field? {
        var reader = context.session.reader(at: start)
        // The whole container has been checked: an error means that the decoding is over and nothing is left.
        while reader.offset < end, let (name, field) = try? unsafe nextField(&reader) {
            if unsafe isRight(name, field) { return field }
            passed += 1
        }
        return nil
    }

    private func nextField(_ reader: inout ByteReader) throws(WireError) -> (UnsafeRawBufferPointer, Field) {
        let name = try unsafe reader.readBytes(try reader.readShortLength())
        let value = try reader.readValue()
        try reader.skipBody(of: value.tag)
        return unsafe (name, Field(value: value, next: reader.offset))
    }
}
