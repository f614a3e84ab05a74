// A chunk of which a part goes to another worker while it runs.
extension PoolMachine {
    /// Whether a worker has nothing to do.
    ///
    /// What waits then is for others.
    var hasIdleWorker: Bool { seats.contains { $0.stage == .working && $0.isIdle } }

    /// Takes from workers what they have not begun of the chunks they run, for others that have nothing to do.
    ///
    /// - Returns: whether there is a chunk that may have to be divided later.
    mutating func divideForIdle(_ actions: inout [Action]) -> Bool {
        let isAnyIdle = hasIdleWorker
        var mayDivide = false
        for seat in seats.indices where seats[seat].stage.isOnDuty {
            guard let (id, slot) = chunks(of: seat).first, chunks[id]?.isDivisible == true else { continue }
            mayDivide = true
            if isAnyIdle { actions.append(.divide(id, seat: seat, slot: slot)) }
        }
        return mayDivide
    }

    /// What had not begun of a chunk was taken back from its worker, and is a chunk of its own now.
    mutating func divided(
        _ id: ChunkID, rest: (id: ChunkID, bytes: Int, isDivisible: Bool), _ actions: inout [Action]
    ) {
        guard let rank = chunks[id]?.rank else { return }
        chunks[id]?.isDivisible = false
        admit(rank, &actions)
        chunks[rest.id] = Chunk(bytes: rest.bytes, key: nil, rank: rank, isDivisible: rest.isDivisible)
        queue.prepend(rest.id, rank)
        dispatch(&actions)
    }

    /// Nothing can be taken back of a chunk any more: all of it has begun, or nobody wants it.
    mutating func cannotDivide(_ id: ChunkID) {
        chunks[id]?.isDivisible = false
    }
}
