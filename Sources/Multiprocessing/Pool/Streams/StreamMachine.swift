/// The decisions of a stream of results: what may be submitted, what comes next, when it is over.
///
/// Pure: no tasks and no locks. Items are numbered in the order of the input.
struct StreamMachine {
    /// What the consumer gets next.
    enum Next {
        case delivery(Delivery)
        /// Nothing has arrived yet that could come next.
        case nothing
        /// All results came out; the input had ended with this error, if any.
        case finished((any Error)?)
    }

    private let isOrdered: Bool
    private let window: Int
    /// Encoded input that may be under way, beyond two chunks.
    private static let byteWindow = 8 << 20
    private var openBytes = 0
    /// Deliveries by their first item, and in the order in which they came.
    private var early: [Int: Delivery] = [:]
    private var arrived = FIFO<Delivery>()
    private var nextItem = 0
    /// Chunks that have been submitted, with the items that have not come back yet.
    private(set) var outstanding: [UInt64: (items: Int, bytes: Int, size: Int)] = [:]
    private var inputEnd: Result<Void, any Error>?

    init(isOrdered: Bool, window: Int) {
        self.isOrdered = isOrdered
        self.window = window
    }

    /// Chunks, and their bytes, that may be submitted now.
    var room: (chunks: Int, bytes: Int) {
        guard inputEnd == nil else { return (0, 0) }
        return (max(0, window - openChunks), max(0, Self.byteWindow - openBytes))
    }

    var hasRoom: Bool { room.chunks > 0 && (room.bytes > 0 || outstanding.count < 2) }

    /// Chunks whose results have not all been handed out yet.
    private var openChunks: Int { outstanding.count + early.count + arrived.count }

    /// Whether it is worth filling up: there is room for at least half of what may be open.
    var isHungry: Bool {
        hasRoom && room.chunks >= window / 2 && (room.bytes >= Self.byteWindow / 2 || outstanding.count < 2)
    }

    mutating func submitted(_ chunk: UInt64, items: Int, bytes: Int) {
        outstanding[chunk] = (items, bytes, items)
        openBytes += bytes
    }

    /// The input is exhausted, or failed.
    mutating func inputEnded(_ end: Result<Void, any Error>) {
        if inputEnd == nil { inputEnd = end }
    }

    /// Results came in.
    ///
    /// Returns whether `next` would have something now.
    mutating func received(_ delivery: Delivery) -> Bool {
        if let left = outstanding[delivery.chunk] {
            let items = left.items - delivery.count
            outstanding[delivery.chunk] = items > 0 ? (items, left.bytes, left.size) : nil
            if items <= 0 { openBytes -= left.bytes }
        }
        guard isOrdered else {
            arrived.append(delivery)
            return true
        }
        early[delivery.firstItem] = delivery
        return delivery.firstItem == nextItem
    }

    /// How many items the delivery's chunk had in the beginning.
    func size(of delivery: Delivery) -> Int { outstanding[delivery.chunk]?.size ?? delivery.count }
    /// Whether any result has come in.
    var hasResults: Bool { nextItem > 0 || !early.isEmpty || !arrived.isEmpty }

    /// Whether `next` has something: results, or the end.
    var hasNext: Bool {
        if isOrdered ? early[nextItem] != nil : !arrived.isEmpty { return true }
        return inputEnd != nil && outstanding.isEmpty && early.isEmpty
    }

    mutating func next() -> Next {
        if let delivery = isOrdered ? early.removeValue(forKey: nextItem) : arrived.popFirst() {
            nextItem = delivery.firstItem + delivery.count
            return .delivery(delivery)
        }
        guard let inputEnd, outstanding.isEmpty, early.isEmpty else { return .nothing }
        // The input's own error comes out once.
        self.inputEnd = .success(())
        guard case .failure(let error) = inputEnd else { return .finished(nil) }
        return .finished(error)
    }
}
