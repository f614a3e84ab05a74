import MultiprocessingCore

/// What the other side of a segment's requests can do to the ring's control words: anything.
struct RingControl: Sendable {
    let tail: SharedLongWord
    let head: SharedLongWord
    let readerSleeps: SharedWord
    let writerSleeps: SharedWord

    init(_ segment: WorkerSegment) throws {
        let page = try SharedMapping(segment.file.descriptor, offset: 0, count: 4096)
        tail = SharedLongWord(page, at: 0)
        readerSleeps = SharedWord(page, at: 64)
        head = SharedLongWord(page, at: 128)
        writerSleeps = SharedWord(page, at: 192)
    }
}
