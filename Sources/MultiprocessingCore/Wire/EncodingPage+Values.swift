extension EncodingPage {
    /// Everything that has to be as before when a value has been written, or could not be.
    struct Mark {
        fileprivate let offset: Int
        fileprivate let frame: EncodingFrame
        fileprivate let insertions: Int
        fileprivate let pathLength: Int
        fileprivate let depth: Int
    }

    var mark: Mark {
        Mark(
            offset: writer.count, frame: frame, insertions: insertions.count, pathLength: path.count,
            depth: depth)
    }

    /// Takes back everything since a mark.
    mutating func rollBack(to mark: Mark) {
        writer.truncate(to: mark.offset)
        insertions.removeSubrange(mark.insertions...)
        path.removeSubrange(mark.pathLength...)
        frame = mark.frame
        depth = mark.depth
    }

    /// Starts a value inside the current one and gives its frame.
    mutating func push(_ place: EncodingPlace, owner: Any.Type) -> Int {
        switch place {
        case .field(let key), .presentField(let key): path.append(key)
        case .element: path.append(WireKey.index(frame.count - 1))
        case .single: break
        }
        lastFrame += 1
        depth += 1
        frame = EncodingFrame(
            id: lastFrame, owner: owner, start: writer.count, outerInsertions: insertions.count)
        return lastFrame
    }

    /// Ends a value, goes on with the one around it, and says whether the value looks absent.
    mutating func pop(to outer: EncodingFrame, pathLength: Int) -> Bool {
        closeFrame()
        path.removeSubrange(pathLength...)
        let looksAbsent = WireTag(rawValue: writer.bytes[frame.start])?.looksAbsent == true
        frame = outer
        depth -= 1
        return looksAbsent
    }

    /// Completes the sheet's value: from now on no container finds its frame.
    mutating func close() {
        closeFrame()
        frame = EncodingFrame(id: EncodingFrame.none, owner: Never.self, start: 0, outerInsertions: 0)
        frame.shape = .closed
    }

    private mutating func closeFrame() {
        if insertions.count > frame.outerInsertions { carryOutInsertions() }
        let start = frame.start
        switch frame.shape {
        case .single, .closed: break
        case .untouched: writer.append(.nothing)
        case .keyed: writer.overwrite(at: start + 1, with: UInt64(writer.count - start - 9))
        case .unkeyed:
            writer.overwrite(at: start + 1, with: UInt64(writer.count - start - 9))
            writer.overwrite(at: start + 9, with: UInt64(frame.count))
        }
    }

    private mutating func carryOutInsertions() {
        let pending = insertions[frame.outerInsertions...]
        let first = pending[pending.startIndex].offset
        let tail = writer.removeTail(from: first)
        var done = 0
        for (offset, sheet) in pending {
            writer.append(contentsOf: Array(tail[done..<(offset - first)]))
            writer.append(contentsOf: sheet.finish())
            done = offset - first
        }
        writer.append(contentsOf: Array(tail[done...]))
        insertions.removeSubrange(frame.outerInsertions...)
    }
}
