/// Where the values of a list lie in shared memory, each with room for so many bytes.
///
/// First comes how many there are, then for each its place and room, then the places. A place has a guard for those
/// who write, the number of changes, and the value twice: the number of changes says which of the two counts.
package struct SlotLayout: Sendable {
    static let magic: UInt64 = 0x3174_736c_6873_706d
    static let headerSize = 16
    static let entrySize = 16
    /// Behind the guard.
    static let versionOffset = SharedGuard.size
    static let valueOffset = versionOffset + 8
    /// Before the bytes of a value: their number and its kind.
    static let prefixSize = 8
    private static let smallestRoom = 8

    let places: [(offset: Int, room: Int)]
    /// Bytes of all.
    package let size: Int

    package init(_ rooms: [Int], atLeast smallest: Int = 0) {
        var offset = Self.headerSize + rooms.count * Self.entrySize
        places = rooms.map { room in
            let room = (max(room, smallest, Self.smallestRoom) + 7) & ~7
            defer { offset += Self.valueOffset + 2 * (Self.prefixSize + room) }
            return (offset, room)
        }
        size = offset
    }

    /// Writes the table and the first values into memory that nobody else has yet and that is zero.
    package func write(_ values: [SlotValue], to memory: inout MutableRawSpan) {
        memory.storeBytes(of: Self.magic, toByteOffset: 0, as: UInt64.self)
        memory.storeBytes(of: UInt64(places.count), toByteOffset: 8, as: UInt64.self)
        for (index, (place, value)) in zip(places, values).enumerated() {
            let entry = Self.headerSize + index * Self.entrySize
            memory.storeBytes(of: UInt64(place.offset), toByteOffset: entry, as: UInt64.self)
            memory.storeBytes(of: UInt64(place.room), toByteOffset: entry + 8, as: UInt64.self)
            let start = place.offset + Self.valueOffset
            memory.storeBytes(of: UInt32(value.bytes.count), toByteOffset: start, as: UInt32.self)
            memory.storeBytes(of: value.kind.rawValue, toByteOffset: start + 4, as: UInt32.self)
            for (position, byte) in value.bytes.enumerated() {
                memory.storeBytes(of: byte, toByteOffset: start + Self.prefixSize + position, as: UInt8.self)
            }
        }
    }
}
