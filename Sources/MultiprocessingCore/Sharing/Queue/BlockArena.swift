import CMultiprocessing
import Glibc
import Synchronization

/// The memory of a queue, cut into blocks that are used again and again; it grows when none is free.
///
/// Everything here runs under the queue's guard. What other processes wrote is checked before it is used as a place
/// or a size: wrong numbers are `Damage`, never an access outside of the memory.
struct BlockArena: Sendable {
    struct Damage: Error {}

    /// Bytes of the words that say how far the memory is used and where the free blocks are.
    static let controlSize = 16 + BlockClass.count * 8
    /// Behind the control words, at the beginning of a page.
    static let start = 4096
    /// When nothing is in use, memory beyond this goes back to the system.
    private static let keptBytes = 16 << 20

    private let object: SharedObject
    private let controlOffset: Int
    /// How far blocks were cut from the memory.
    private let top: SharedLongWord
    /// How long the file is, as far as anybody has asked.
    private let size: SharedLongWord

    init(_ object: SharedObject, controlAt offset: Int) {
        self.object = object
        controlOffset = offset
        top = SharedLongWord(object.memory, at: offset)
        size = SharedLongWord(object.memory, at: offset + 8)
    }

    /// Writes the control words of new memory.
    func prepare(fileSize: Int) {
        top.value = UInt64(Self.start)
        size.value = UInt64(fileSize)
    }

    private func free(_ number: Int) -> SharedLongWord {
        SharedLongWord(object.memory, at: controlOffset + 16 + number * 8)
    }

    /// The block that begins at an offset.
    func block(at offset: Int) throws(Damage) -> Block {
        let end = Int(clamping: top.value)
        guard offset >= Self.start, offset % 16 == 0, offset <= end - Block.headerSize,
            end <= object.memory.count, end <= Int(clamping: size.value)
        else { throw Damage() }
        let block = unsafe Block(
            offset: offset, at: object.memory.bytes(at: offset, count: Block.headerSize).start)
        let number = block.sizeClass
        guard number < BlockClass.count, offset + BlockClass.size(number) <= end else { throw Damage() }
        return block
    }

    /// The bytes of a block's message.
    @unsafe func bytes(of block: Block, count: Int) throws(Damage) -> UnsafeMutableRawBufferPointer {
        guard count >= 0, count <= BlockClass.size(block.sizeClass) - Block.headerSize else { throw Damage() }
        return unsafe object.memory.bytes(at: block.offset + Block.headerSize, count: count)
    }

    /// A block with room for a message, in the state `filling`.
    ///
    /// - Throws: a system error when there is no memory left.
    func allocate(_ length: Int, for owner: ProcessStamp) throws -> Block {
        let wanted = BlockClass.number(holding: Block.headerSize + length)
        // A block that is a little too large is better than a new one.
        for number in wanted..<min(wanted + 4, BlockClass.count) where free(number).value != 0 {
            let block = try block(at: Int(clamping: free(number).value))
            guard block.sizeClass == number, block.state == .free else { throw Damage() }
            block.owner = owner
            block.set(.filling)
            free(number).value = UInt64(block.next)
            return block
        }
        return try cut(wanted, for: owner)
    }

    private func cut(_ number: Int, for owner: ProcessStamp) throws -> Block {
        let offset = Int(clamping: top.value)
        guard offset >= Self.start, offset % 16 == 0 else { throw Damage() }
        let (end, overflow) = offset.addingReportingOverflow(BlockClass.size(number))
        guard !overflow, end <= object.memory.count else {
            throw SystemError(code: ENOMEM, call: "the queue's range of addresses")
        }
        if end > Int(clamping: size.value) { try grow(to: end) }
        let block = unsafe Block(
            offset: offset, at: object.memory.bytes(at: offset, count: Block.headerSize).start)
        block.owner = owner
        block.set(.filling, class: number)
        CrashPoint.pass("queue.arena.cut")
        // From here on it is a block, also for whoever walks through the memory.
        top.value = UInt64(end)
        return block
    }

    /// Gets the memory that a long message is likely to need; without the guard, because it may take long.
    func expect(_ length: Int) throws(SystemError) {
        let number = BlockClass.number(holding: Block.headerSize + length)
        guard free(number).value == 0 else { return }
        let (end, overflow) = Int(clamping: top.value).addingReportingOverflow(BlockClass.size(number))
        if !overflow, end <= object.memory.count, end > Int(clamping: size.value) { try extend(to: end) }
    }

    private func grow(to end: Int) throws(SystemError) {
        // Twofold up to a limit, so that growing stays rare.
        let wanted = max(end, min(Int(clamping: size.value) * 2, end + (4 << 20)))
        let target = min((wanted + 65535) & ~65535, object.memory.count)
        try extend(to: target)
        size.value = UInt64(target)
    }

    private func extend(to target: Int) throws(SystemError) {
        let size = min(Int(clamping: size.value), target)
        try MemoryReserve.extend(object.file.descriptor, size..<target)
    }

    /// Gives a block back.
    func release(_ block: Block) {
        block.set(.free)
        CrashPoint.pass("queue.arena.freed")
        let list = free(block.sizeClass)
        block.next = Int(clamping: list.value)
        list.value = UInt64(block.offset)
    }

    /// Gives everything back, when no block is in use.
    func clear() {
        let used = Int(clamping: top.value)
        guard used > Self.start + Self.keptBytes else { return }
        for number in 0..<BlockClass.count where free(number).value != 0 { free(number).value = 0 }
        top.value = UInt64(Self.start)
        // The file keeps its length, so nobody can look behind its end.
        let kept = Self.start + Self.keptBytes
        mp_punch(object.file.raw, Int64(kept), Int64(used - kept))
    }

    /// All blocks, in the order of the memory; the lists of free ones are made anew from them.
    func rebuild() throws(Damage) -> [Block] {
        for number in 0..<BlockClass.count { free(number).value = 0 }
        var blocks: [Block] = []
        var offset = Self.start
        while offset < Int(clamping: top.value) {
            let block = try block(at: offset)
            blocks.append(block)
            if block.state == .free { release(block) }
            offset += BlockClass.size(block.sizeClass)
        }
        return blocks
    }

    /// All blocks, in the order of the memory.
    func walk(_ body: (Block) throws(Damage) -> Void) throws(Damage) {
        var offset = Self.start
        while offset < Int(clamping: top.value) {
            let block = try block(at: offset)
            try body(block)
            offset += BlockClass.size(block.sizeClass)
        }
    }
}
