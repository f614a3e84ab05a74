/// A page that several containers write to.
///
/// Most messages have one sheet. A container that its owner may write to whenever it likes (a nested one, or
/// the encoder for a superclass) gets a sheet of its own, whose bytes are put in place at the end.
final class EncodingSheet {
    let session: EncodingSession
    private(set) var page: EncodingPage

    /// The first sheet of a message; it writes to the caller's bytes until `finish(into:)` gives them back.
    init(session: EncodingSession, taking writer: inout ByteWriter, owner: Any.Type) {
        self.session = session
        page = EncodingPage(start: writer.count, path: [], depth: 1, owner: owner)
        swap(&page.writer, &writer)
    }

    private init(inside parent: EncodingSheet, key: any CodingKey) {
        session = parent.session
        page = EncodingPage(
            start: 0, path: parent.page.path + [key], depth: parent.page.depth + 1, owner: Never.self)
    }

    // MARK: Containers

    func openKeyed(in id: Int) -> Bool { page.openKeyed(in: id) }
    func openUnkeyed(in id: Int) -> Bool { page.openUnkeyed(in: id) }

    /// Makes the place of a nested container and gives the encoder that fills it in its own time.
    func nestedEncoder(at place: EncodingPlace, in id: Int) -> BinaryValueEncoder {
        let index = page.frame.count
        guard page.depth < session.depthLimit, begin(place, in: id) else {
            session.failure = misuse("a nested container")
            return BinaryValueEncoder(sheet: self, frame: EncodingFrame.none)
        }
        let key: any CodingKey =
            switch place {
            case .field(let key), .presentField(let key): key
            case .element, .single: WireKey.index(index)
            }
        let sheet = EncodingSheet(inside: self, key: key)
        page.insert(sheet)
        return BinaryValueEncoder(sheet: sheet, frame: EncodingFrame.first)
    }

    /// Completes a sheet: no container can add to it afterwards.
    func finish() -> [UInt8] {
        var writer = ByteWriter()
        finish(into: &writer)
        return writer.bytes
    }

    /// Completes a sheet and puts its bytes into the place of the writer's.
    func finish(into writer: inout ByteWriter) {
        page.close()
        swap(&page.writer, &writer)
    }

    // MARK: Values

    /// Writes a value that needs no container.
    func encode<Value: DirectlyCoded>(_ value: Value, atField name: String, in id: Int) throws {
        guard page.write(value, field: name, in: id) else { throw misuse(value) }
    }

    /// Writes an element that needs no container.
    func encode<Value: DirectlyCoded>(element value: Value, in id: Int) throws {
        guard page.write(element: value, in: id) else { throw misuse(value) }
    }

    /// Writes a value that needs no container as all there is to the value around it.
    func encode<Value: DirectlyCoded>(singleValue value: Value, in id: Int) throws {
        guard page.write(singleValue: value, in: id) else { throw misuse(value) }
    }

    /// Writes elements that lie side by side.
    func encode(runOf tag: WireTag, count: Int, bytes: UnsafeRawBufferPointer, in id: Int) throws {
        guard unsafe page.appendRun(of: tag, count: count, bytes: bytes, in: id) else { throw misuse(count) }
    }

    /// Writes that there is no value at a place.
    func encodeNil(at place: EncodingPlace, in id: Int) throws {
        guard begin(place, in: id) else { throw misuse(Any?.none) }
        page.writer.append(.absent)
    }

    /// Writes a value of any type at a place of the container with that frame.
    func encode<Value: Encodable>(_ value: Value, at place: EncodingPlace, in id: Int) throws {
        if let direct = DirectTypes.standard.find(Value.self) {
            guard begin(place, in: id) else { throw misuse(value) }
            return direct.write(value, to: &page.writer)
        }
        let mark = page.mark
        guard begin(place, in: id) else { throw misuse(value) }
        let attachments = session.attachments.count
        do {
            try descend(into: value, at: place)
        } catch {
            page.rollBack(to: mark)
            session.detach(downTo: attachments)
            throw error
        }
    }

    private func descend<Value: Encodable>(into value: Value, at place: EncodingPlace) throws {
        guard page.depth < session.depthLimit else { throw misuse(value) }
        let outer = page.frame
        let pathLength = page.path.count
        let start = page.writer.count
        let id = page.push(place, owner: Value.self)
        try value.encode(to: BinaryValueEncoder(sheet: self, frame: id))
        if page.pop(to: outer, pathLength: pathLength) {
            switch place {
            case .presentField: page.writer.insert(.present, at: start)
            // `Optional` writes itself as a single value: two levels of it must not become one.
            case .single where isOptional(outer.owner): page.writer.insert(.some, at: start)
            default: break
            }
        }
    }

    // The name of a key is asked for outside of any access to the page, since it is the user's code.
    private func begin(_ place: EncodingPlace, in id: Int) -> Bool {
        switch place {
        case .field(let key), .presentField(let key):
            let name = key.stringValue
            return page.beginField(name, in: id)
        case .element: return page.beginElement(in: id)
        case .single: return page.beginSingle(in: id)
        }
    }

    /// What is thrown at a value that must not be written where it is.
    ///
    /// The error names the type and does not hold the value: printing one that is too deep would end the
    /// stack that the limit has just saved.
    private func misuse<Value>(_ value: Value) -> EncodingError {
        let text =
            page.depth >= session.depthLimit
            ? "nested more than \(session.depthLimit) deep"
            : "encoded into a container whose value has ended, or that holds a value of another shape"
        return .invalidValue("\(Value.self)", .init(codingPath: page.path, debugDescription: text))
    }
}
