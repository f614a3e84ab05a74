import MultiprocessingCore

/// A worker's work, done once where its process is copied from.
///
/// It makes the runtime look up what every worker needs. The copies find that done: they begin faster, and a copy of a
/// program with threads does not wait for ever for what one of those was just looking up.
enum WorkerRehearsal {
    /// Not copied while it is being held, like everything that this lock guards.
    private static let isOver = GlobalMutex(false)

    /// Holds the rehearsal, unless that was done before.
    static func hold() {
        isOver.withLock { isOver in
            // Without room for its memory each copy looks things up for itself.
            if !isOver { try? perform() }
            isOver = true
        }
    }

    /// Runs one chunk on this thread, from the pool's side of a worker to the worker's, and lets the worker leave.
    private static func perform() throws {
        let desk = ThreadDesk(depth: 0)
        let link = try WorkerLink(generation: 0, name: "", ringBytes: 4096, desk: desk)
        let (ours, theirs) = try SocketPair.make()
        let loop = WorkerLoop(
            seat: 0, segment: link.segment, doorbell: try Doorbell.make(), channel: MessageSocket(theirs),
            desk: desk)
        try link.begin(WorkerHooks())
        _ = try link.post(chunk(), slot: 0)
        try link.dismiss()
        loop.run()
        _ = desk.abandon()
        loop.waitForWork()
        withExtendedLifetime(ours) {}
    }

    /// A chunk of one item, with all that may go with one.
    private static func chunk() throws -> PoolChunk {
        let definition = try Definition(
            id: 1, Body1<Int, Int> { $0 }, Nothing(), label: "", retired: RetiredDefinitions())
        var payload = ChunkPayload(chunk: 1, of: 1, definition: 1, form: [.timed, .measured, .collected])
        try payload.append { writer in try Body1<Int, Int>.encode(1, into: &writer) }
        return PoolChunk(
            id: 1, definition: definition, payload: payload.bytes, attachments: [], firstItem: 0, count: 1,
            timeout: nil, options: CallOptions(), terms: .rehearsal, sink: nil)
    }
}
