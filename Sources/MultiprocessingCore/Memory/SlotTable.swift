import Synchronization

/// The values of a list in shared memory, each of which is read and replaced as a whole.
///
/// A writer writes beside the value that counts and then says that the other one counts now, so it may be killed at any
/// point. A reader copies what counts, and once more if that has changed meanwhile; it waits for nobody.
package struct SlotTable: Sendable {
    private let mapping: SharedMapping
    private let region: MemoryRegion
    private let places: [(offset: Int, room: Int)]
    /// How often a reader tries before it keeps writers away for a moment.
    private static let tries = 64

    package var count: Int { places.count }

    /// Nil for memory in which there is no list, or one that would lie outside of it.
    package init?(_ mapping: SharedMapping, count: Int) {
        self.mapping = mapping
        region = MemoryRegion(mapping, count: count)
        guard count >= SlotLayout.headerSize, region.load(at: 0, as: UInt64.self) == SlotLayout.magic,
            let number = Int(exactly: region.load(at: 8, as: UInt64.self)), number >= 0,
            number <= (count - SlotLayout.headerSize) / SlotLayout.entrySize
        else { return nil }
        var places: [(offset: Int, room: Int)] = []
        for index in 0..<number {
            let entry = SlotLayout.headerSize + index * SlotLayout.entrySize
            let offset = region.load(at: entry, as: UInt64.self)
            let room = region.load(at: entry + 8, as: UInt64.self)
            guard offset <= count, room <= count, offset % 8 == 0, room % 8 == 0,
                region.contains(
                    Int(offset), count: SlotLayout.valueOffset + 2 * (SlotLayout.prefixSize + Int(room)))
            else { return nil }
            places.append((Int(offset), Int(room)))
        }
        self.places = places
    }

    /// How many bytes a value may have at an index.
    package func room(of index: Int) -> Int { places[index].room }

    private func version(_ index: Int) -> SharedLongWord {
        SharedLongWord(mapping, at: places[index].offset + SlotLayout.versionOffset)
    }

    /// Runs the body while nobody else writes at the index.
    private func alone<Result>(_ index: Int, _ body: () -> Result) -> Result {
        // A process that died there left half a value beside the one that counts, which is no damage.
        let nothing = {}
        return SharedGuard(mapping, at: places[index].offset).withLock(repair: nothing, body)
    }

    package func read(_ index: Int) -> SlotValue {
        let version = version(index)
        for _ in 0..<Self.tries {
            let before = version.value
            let value = value(index, before)
            atomicMemoryFence(ordering: .acquiring)
            if version.value == before { return value }
        }
        return alone(index) { value(index, version.value) }
    }

    /// Replaces the value at an index, which has the room for it.
    package func write(_ new: SlotValue, at index: Int) {
        precondition(new.bytes.count <= room(of: index), "no room for the value")
        let version = version(index)
        alone(index) {
            let next = version.value &+ 1
            let start = start(index, next)
            region.store(UInt32(new.bytes.count), at: start)
            region.store(new.kind.rawValue, at: start + 4)
            // Bytes have no padding.
            unsafe region.write(new.bytes.span.bytes, at: start + SlotLayout.prefixSize)
            version.value = next
        }
    }

    private func start(_ index: Int, _ version: UInt64) -> Int {
        let place = places[index]
        return place.offset + SlotLayout.valueOffset
            + Int(version & 1) * (SlotLayout.prefixSize + place.room)
    }

    private func value(_ index: Int, _ version: UInt64) -> SlotValue {
        let start = start(index, version)
        // Both may be anything while somebody writes here.
        let length = min(Int(region.load(at: start, as: UInt32.self)), room(of: index))
        guard let kind = SlotValue.Kind(rawValue: region.load(at: start + 4, as: UInt32.self)) else {
            return SlotValue(.null, [])
        }
        let first = start + SlotLayout.prefixSize
        return SlotValue(kind, region.copy(first..<first + length))
    }
}
