/// Puts a message in the long form together as its bytes come; its arrays are copied once, to where they stay.
///
/// Pure, but for the memory that it takes: it is told what is there, and says how much of it has been used.
package struct LongMessageReceiver: ~Copyable {
    private enum Stage {
        case frame
        case count
        case head
        case bytes
        case array(Int)
        case whole
    }

    private var stage = Stage.frame
    /// Bytes of the part that comes next, as long as it is short.
    private var beginning: [UInt8] = []
    private var awaited = RingFrame.headerSize
    private var frame = RingFrame(kind: 0, slot: 0, length: 0)
    private var head: LongHead?
    private var bytes: [UInt8] = []
    private var inserts: [WireBytes.Insert] = []
    /// The array that is being filled, and how many of its bytes are set.
    private var array: (any PlainArray)?
    private var filled = 0
    /// The longest message that is accepted.
    private let limit: UInt64

    package init(limit: UInt64 = 1 << 40) {
        self.limit = limit
    }

    /// The message, once all of it has come.
    package var message: (frame: RingFrame, content: WireBytes)? {
        guard case .whole = stage else { return nil }
        return (frame, WireBytes(bytes, inserts))
    }

    /// Uses bytes that have come; whoever wrote them may still write to them.
    ///
    /// - Returns: how many belong to this message.
    /// - Throws: when no working program writes such a message, or there is no room for it.
    package mutating func take(_ available: UnsafeRawBufferPointer) throws(RingCorruption) -> Int {
        var taken = 0
        while taken < available.count {
            if case .whole = stage { break }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: available[taken...])
            switch stage {
            case .frame, .count, .head:
                let part = min(rest.count, awaited - beginning.count)
                unsafe beginning.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<part]))
                taken += part
                if beginning.count == awaited { try advance() }
            case .bytes:
                let part = min(rest.count, awaited - bytes.count)
                unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<part]))
                taken += part
                if bytes.count == awaited { try beginArray(0) }
            case .array(let index):
                let part = min(rest.count, awaited - filled)
                unsafe array?.fill(at: filled, from: UnsafeRawBufferPointer(rebasing: rest[..<part]))
                taken += part
                filled += part
                if filled == awaited { try endArray(index) }
            case .whole: break
            }
        }
        return taken
    }

    /// A short part is here whole.
    private mutating func advance() throws(RingCorruption) {
        switch stage {
        case .frame:
            frame = unsafe beginning.withUnsafeBytes { unsafe $0.loadUnaligned(as: RingFrame.self) }
            guard frame.length <= limit, frame.length >= UInt64(LongHead.size) else { throw RingCorruption() }
            beginning = []
            awaited = LongHead.size
            stage = .count
        case .count:
            let count = try LongHead.count(beginning, of: Int(frame.length))
            awaited = LongHead.size + count * LongHead.entrySize
            stage = .head
            if count == 0 { try advance() }
        default:
            let head = try LongHead(beginning, of: Int(frame.length))
            beginning = []
            self.head = head
            awaited = head.byteCount
            guard Memory.reserve(head.byteCount, in: &bytes) else { throw RingCorruption() }
            stage = .bytes
            if awaited == 0 { try beginArray(0) }
        }
    }

    private mutating func beginArray(_ index: Int) throws(RingCorruption) {
        guard let head, index < head.entries.count else {
            stage = .whole
            return
        }
        let entry = head.entries[index]
        guard let tag = UInt8(exactly: entry.tag).flatMap(WireTag.init), let type = tag.plainArray,
            Memory.hasRoom(Int(entry.byteCount)), let room = type.room(Int(entry.byteCount))
        else { throw RingCorruption() }
        array = room
        filled = 0
        awaited = Int(entry.byteCount)
        stage = .array(index)
    }

    private mutating func endArray(_ index: Int) throws(RingCorruption) {
        guard let head, let array, array.isPossible else { throw RingCorruption() }
        self.array = nil
        inserts.append(WireBytes.Insert(LongArray(array), at: Int(head.entries[index].offset)))
        try beginArray(index + 1)
    }
}
