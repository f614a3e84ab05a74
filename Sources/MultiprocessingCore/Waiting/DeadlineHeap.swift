/// Things to do at certain moments, the earliest first.
struct DeadlineHeap<Content> {
    private struct Entry {
        let deadline: Deadline
        let id: UInt64
    }

    private var entries: [Entry] = []
    /// What is still wanted; cancelled entries stay in the heap until they come to its top.
    private var contents: [UInt64: Content] = [:]
    private var lastID: UInt64 = 0

    var isEmpty: Bool { contents.isEmpty }
    var count: Int { contents.count }

    /// The earliest moment for which something is left to do.
    var earliest: Deadline? {
        mutating get {
            while let first = entries.first, contents[first.id] == nil { removeFirst() }
            return entries.first?.deadline
        }
    }

    mutating func add(_ content: Content, at deadline: Deadline) -> UInt64 {
        lastID += 1
        contents[lastID] = content
        entries.append(Entry(deadline: deadline, id: lastID))
        siftUp(entries.count - 1)
        return lastID
    }

    /// Takes out what was added under this number, if it is not due yet.
    mutating func cancel(_ id: UInt64) -> Content? {
        let content = contents.removeValue(forKey: id)
        // Mostly cancelled entries are not worth their memory.
        if entries.count > 64, entries.count > 2 * contents.count { compact() }
        return content
    }

    /// Takes out what is due.
    mutating func due(at now: Deadline) -> [Content] {
        var due: [Content] = []
        while let first = entries.first, first.deadline <= now {
            removeFirst()
            if let content = contents.removeValue(forKey: first.id) { due.append(content) }
        }
        return due
    }

    private mutating func compact() {
        let left = entries.filter { contents[$0.id] != nil }
        entries = []
        for entry in left {
            entries.append(entry)
            siftUp(entries.count - 1)
        }
    }

    private mutating func removeFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].deadline < entries[least].deadline { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func siftUp(_ index: Int) {
        var child = index
        while child > 0, entries[child].deadline < entries[(child - 1) / 2].deadline {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }
}
