/// The bytes of one stack of values that are written strictly one inside the other.
///
/// A struct inside a class, so that each write by a container is one access to the class.
struct EncodingPage {
    var writer: ByteWriter
    var frame: EncodingFrame
    var path: [any CodingKey]
    /// Containers that may be written at any time until their value ends, and where their bytes go then.
    var insertions: [(offset: Int, sheet: EncodingSheet)] = []

    var lastFrame = EncodingFrame.first
    /// How many values lie around the current one.
    var depth: Int

    init(start: Int, path: [any CodingKey], depth: Int, owner: Any.Type) {
        writer = ByteWriter()
        self.path = path
        self.depth = depth
        frame = EncodingFrame(id: EncodingFrame.first, owner: owner, start: start, outerInsertions: 0)
    }

    // MARK: Places

    /// Whether the container that belongs to this frame may write at such a place now.
    private func accepts(_ shape: EncodingFrame.Shape, in id: Int) -> Bool {
        frame.id == id && frame.shape == shape
    }

    /// Writes the key of a field, or gives false if its container is out of use.
    mutating func beginField(_ name: String, in id: Int) -> Bool {
        guard accepts(.keyed, in: id) else { return false }
        writer.append(text: name)
        return true
    }

    /// Counts an element, or gives false if its container is out of use.
    mutating func beginElement(in id: Int) -> Bool {
        guard accepts(.unkeyed, in: id) else { return false }
        frame.count += 1
        return true
    }

    /// Claims the one place of a single value, or gives false if it is taken.
    mutating func beginSingle(in id: Int) -> Bool {
        guard accepts(.untouched, in: id) else { return false }
        frame.shape = .single
        return true
    }

    /// Adds elements that lie side by side to an unkeyed container.
    mutating func appendRun(of element: WireTag, count: Int, bytes: UnsafeRawBufferPointer, in id: Int)
        -> Bool
    {
        guard accepts(.unkeyed, in: id) else { return false }
        guard count > 0 else { return true }
        frame.count += count
        unsafe writer.append(.run, of: element, count: count, bytes: bytes)
        return true
    }

    // Numbers and strings: one access to the page for the place and the value.

    mutating func write<Value: DirectlyCoded>(_ value: Value, field name: String, in id: Int) -> Bool {
        guard beginField(name, in: id) else { return false }
        value.write(to: &writer)
        return true
    }

    mutating func write<Value: DirectlyCoded>(element value: Value, in id: Int) -> Bool {
        guard beginElement(in: id) else { return false }
        value.write(to: &writer)
        return true
    }

    mutating func write<Value: DirectlyCoded>(singleValue value: Value, in id: Int) -> Bool {
        guard beginSingle(in: id) else { return false }
        value.write(to: &writer)
        return true
    }

    // MARK: Containers

    /// Starts or continues a keyed container, or gives false if the value is something else already.
    mutating func openKeyed(in id: Int) -> Bool {
        if accepts(.keyed, in: id) { return true }
        guard accepts(.untouched, in: id) else { return false }
        frame.shape = .keyed
        writer.append(.keyed)
        writer.append(UInt64(0))
        return true
    }

    /// Starts or continues an unkeyed container, or gives false if the value is something else already.
    mutating func openUnkeyed(in id: Int) -> Bool {
        if accepts(.unkeyed, in: id) { return true }
        guard accepts(.untouched, in: id) else { return false }
        frame.shape = .unkeyed
        writer.append(.unkeyed)
        writer.append(UInt64(0))
        writer.append(UInt64(0))
        return true
    }

    /// Remembers that a container's bytes belong here once it is complete.
    mutating func insert(_ sheet: EncodingSheet) {
        insertions.append((writer.count, sheet))
    }
}
