/// A page that several containers write to.
///
/// Most messages have one sheet. A container that its owner may write to whenever it likes (a nested one, or
/// the encoder for a superclass) gets a sheet of its own, whose bytes are put in place at the end.
final class EncodingSheet {
    let session: EncodingSession
    var page: EncodingPage
    /// How many values lie around the current one.
    private var depth: Int
    /// The frame that nested containers of this sheet write to.
    let rootFrame: Int

    /// The first sheet of a message; it writes to the caller's bytes until `finish(into:)` gives them back.
    init(session: EncodingSession, taking writer: inout ByteWriter, owner: Any.Type) {
        self.session = session
        depth = 1
        rootFrame = session.nextFrame()
        page = EncodingPage(
            writer: ByteWriter(), path: [], frame: rootFrame, owner: owner, start: writer.count)
        swap(&page.writer, &writer)
    }

    private init(inside parent: EncodingSheet, key: any CodingKey) {
        session = parent.session
        depth = parent.depth + 1
        rootFrame = session.nextFrame()
        page = EncodingPage(
            writer: ByteWriter(), path: parent.page.path + [key], frame: rootFrame, owner: Never.self,
            start: 0)
    }

    /// Writes a value that needs no container.
    func encode<Value: DirectlyCoded>(_ value: Value, atField name: String, in id: Int) throws {
        guard page.beginField(name, in: id) else { throw misuse(value) }
        value.write(to: &page.writer)
    }

    /// Writes an element that needs no container.
    func encode<Value: DirectlyCoded>(element value: Value, in id: Int) throws {
        guard page.beginElement(in: id) else { throw misuse(value) }
        value.write(to: &page.writer)
    }

    /// Writes a value that needs no container as all there is to the value around it.
    func encode<Value: DirectlyCoded>(singleValue value: Value, in id: Int) throws {
        guard page.beginSingle(in: id) else { throw misuse(value) }
        value.write(to: &page.writer)
    }

    /// Writes elements that lie side by side.
    func encode(runOf tag: WireTag, count: Int, bytes: UnsafeRawBufferPointer, in id: Int) throws {
        guard unsafe page.appendRun(of: tag, count: count, bytes: bytes, in: id) else { throw misuse(count) }
    }

    /// Writes a value of any type at a place of the container with that frame.
    func encode<Value: Encodable>(_ value: Value, at place: EncodingPlace, in id: Int) throws {
        let mark = page.mark
        let attachments = session.attachments.count
        guard begin(place, in: id) else { throw misuse(value) }
        if let direct = DirectTypes.standard.find(Value.self) {
            direct.write(value, to: &page.writer)
            return
        }
        let start = page.writer.count
        do {
            try descend(into: value, at: place)
        } catch {
            page.rollBack(to: mark)
            session.detach(downTo: attachments)
            throw error
        }
        guard WireTag(rawValue: page.writer.bytes[start])?.looksAbsent == true else { return }
        switch place {
        case .presentField: page.writer.insert(.present, at: start)
        // `Optional` writes itself as a single value: two levels of it must not become one.
        case .single where isOptional(page.frame.owner): page.writer.insert(.some, at: start)
        default: break
        }
    }

    /// Writes that there is no value at a place.
    func encodeNil(at place: EncodingPlace, in id: Int) throws {
        guard begin(place, in: id) else { throw misuse(Any?.none as Any) }
        page.writer.append(.absent)
    }

    /// Makes the place of a nested container and gives the encoder that fills it in its own time.
    func nestedEncoder(at place: EncodingPlace, in id: Int) -> BinaryValueEncoder {
        let index = page.frame.count
        guard begin(place, in: id) else {
            return BinaryValueEncoder(sheet: self, frame: EncodingSession.noFrame)
        }
        let key: any CodingKey =
            switch place {
            case .field(let key), .presentField(let key): key
            case .element, .single: WireKey.index(index)
            }
        let sheet = EncodingSheet(inside: self, key: key)
        page.insert(sheet)
        return BinaryValueEncoder(sheet: sheet, frame: sheet.rootFrame)
    }

    /// Completes a sheet: no container can add to it afterwards.
    func finish() -> [UInt8] {
        var writer = ByteWriter()
        finish(into: &writer)
        return writer.bytes
    }

    /// Completes a sheet and puts its bytes into the place of the writer's.
    func finish(into writer: inout ByteWriter) {
        page.closeFrame()
        writer = page.writer
        page = EncodingPage(
            writer: ByteWriter(), path: page.path, frame: session.nextFrame(), owner: Never.self, start: 0)
    }

    /// What is thrown at a container that is used when it must not be.
    func misuse(_ value: Any) -> EncodingError {
        let text =
            depth > session.depthLimit
            ? "nested more than \(session.depthLimit) deep"
            : "encoded into a container whose value has ended, or that already holds a value of another shape"
        return .invalidValue(value, .init(codingPath: page.path, debugDescription: text))
    }

    // The name of a key is asked for outside of any access to the page, since it is the user's code.
    private func begin(_ place: EncodingPlace, in id: Int) -> Bool {
        guard depth <= session.depthLimit else { return false }
        switch place {
        case .field(let key), .presentField(let key):
            let name = key.stringValue
            return page.beginField(name, in: id)
        case .element: return page.beginElement(in: id)
        case .single: return page.beginSingle(in: id)
        }
    }

    private func descend<Value: Encodable>(into value: Value, at place: EncodingPlace) throws {
        guard depth < session.depthLimit else {
            throw EncodingError.invalidValue(
                value,
                .init(codingPath: page.path, debugDescription: "nested more than \(session.depthLimit) deep"))
        }
        depth += 1
        defer { depth -= 1 }
        let outer = page.frame
        let outerDepth = page.path.count
        let id = session.nextFrame()
        page.push(place, frame: id, owner: Value.self)
        try value.encode(to: BinaryValueEncoder(sheet: self, frame: id))
        page.pop(to: outer, depth: outerDepth)
    }
}

extension DirectlyCoded {
    /// Writes a value whose type has been found to be this one.
    static func write<Value>(_ value: Value, to writer: inout ByteWriter) {
        // `DirectTypes.find` gave `Self` for `Value`: they are the same type, and a dynamic cast costs more
        // than the whole write.
        unsafe unsafeBitCast(value, to: Self.self).write(to: &writer)
    }

    /// Reads a value of the type that has been found to be this one.
    static func read<Value>(
        _ tag: WireTag, from reader: inout ByteReader, as type: Value.Type
    ) throws(WireError) -> Value? {
        guard let value = try read(tag, from: &reader) else { return nil }
        // As above: `Value` is `Self`.
        return unsafe unsafeBitCast(value, to: Value.self)
    }
}
