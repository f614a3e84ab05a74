/// The chunks in a worker's hands, by their slots.
struct SlotChunks {
    private var ids: [PoolMachine.ChunkID?]
    private(set) var count = 0

    init(slots: Int) {
        ids = Array(repeating: nil, count: slots)
    }

    /// The chunk in the slot; nil for a slot that is free, or does not exist.
    subscript(slot: Int) -> PoolMachine.ChunkID? {
        get { ids.indices.contains(slot) ? ids[slot] : nil }
        set {
            count += (newValue == nil ? 0 : 1) - (ids[slot] == nil ? 0 : 1)
            ids[slot] = newValue
        }
    }

    /// Takes the chunk out of the slot.
    mutating func remove(at slot: Int) -> PoolMachine.ChunkID? {
        guard let id = self[slot] else { return nil }
        self[slot] = nil
        return id
    }

    mutating func removeAll() {
        self = SlotChunks(slots: ids.count)
    }
}
