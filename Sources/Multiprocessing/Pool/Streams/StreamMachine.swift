/// The decisions of a stream of results: what may be submitted, what comes next, when it is over.
///
/// Pure: no tasks and no locks. Items are numbered in the order of the input.
struct StreamMachine {
    /// What the consumer gets next.
    enum Next {
        /// All that can come out now, in their order; each is in the consumer's hand until it is `used`.
        case deliveries([Delivery])
        /// Nothing has arrived yet that could come next.
        case nothing
        /// All results came out; the input had ended with this error, if any.
        case finished((any Error)?)
    }

    private let isOrdered: Bool
    /// So many chunks may be open, or items where they are counted.
    private let window: Int
    private let countsItems: Bool
    /// Whether the consumer wants everything, and none of it before the rest.
    let isPatient: Bool
    /// Encoded input that may be under way, beyond two chunks.
    private static let byteWindow = 8 << 20
    private var openBytes = 0
    /// Items that have been submitted and have not come back.
    private var openItems = 0
    /// Deliveries by their first item, and in the order in which they came.
    private(set) var early = [UInt64: Delivery]()
    private(set) var arrived: [Delivery] = []
    /// Bytes of what has arrived and was not taken.
    private(set) var bytesAtHand = 0
    /// Whether something has come that even a patient consumer should have soon.
    private(set) var isUrgent = false
    private var nextItem = 0
    /// The weight of what has arrived and was not taken.
    private var atHand = 0
    /// The weight of what the consumer has and is not through with.
    private var inHand = 0
    /// Chunks that have been submitted, with the items that have not come back yet.
    private(set) var outstanding = [UInt64: (items: Int, bytes: Int, size: Int)]()
    private var inputEnd: Result<Void, any Error>?

    init(isOrdered: Bool, window: Int, countsItems: Bool = false, isPatient: Bool = false) {
        self.isOrdered = isOrdered
        self.window = window
        self.countsItems = countsItems
        self.isPatient = isPatient
    }

    /// Chunks or items, and their bytes, that may be submitted now.
    var room: (count: Int, bytes: Int) {
        guard inputEnd == nil else { return (0, 0) }
        let away = countsItems ? openItems : outstanding.count
        return (max(0, window - away - atHand - inHand), max(0, Self.byteWindow - openBytes))
    }

    var hasRoom: Bool { room.count > 0 && (room.bytes > 0 || outstanding.count < 2) }

    /// Whether it is worth filling up: there is room for at least half of what may be open.
    var isHungry: Bool {
        hasRoom && room.count >= window / 2 && (room.bytes >= Self.byteWindow / 2 || outstanding.count < 2)
    }

    /// What a delivery counts for in the window.
    func weight(of delivery: Delivery) -> Int { countsItems ? delivery.count : 1 }

    mutating func submitted(_ chunk: UInt64, items: Int, bytes: Int) {
        outstanding[chunk] = (items, bytes, items)
        openItems += items
        openBytes += bytes
    }

    /// The last items of a chunk come as those of another one.
    mutating func divided(_ chunk: UInt64, rest: UInt64, items: Int, bytes: Int) {
        guard var left = outstanding[chunk] else { return }
        let bytes = min(bytes, left.bytes)
        outstanding[rest] = (items, bytes, items)
        left.items -= items
        left.bytes -= bytes
        left.size -= items
        if left.items > 0 {
            outstanding[chunk] = left
        } else {
            outstanding[chunk] = nil
            openBytes -= left.bytes
        }
    }

    /// The input is exhausted, or failed.
    mutating func inputEnded(_ end: Result<Void, any Error>) {
        if inputEnd == nil { inputEnd = end }
    }

    /// Results came in.
    ///
    /// Returns whether `next` would have something now.
    mutating func received(_ delivery: Delivery) -> Bool {
        atHand += weight(of: delivery)
        bytesAtHand += delivery.size
        isUrgent = isUrgent || delivery.isUrgent
        if let left = outstanding[delivery.chunk] {
            openItems -= delivery.count
            if left.items > delivery.count {
                outstanding[delivery.chunk]?.items -= delivery.count
            } else {
                outstanding.removeValue(forKey: delivery.chunk)
                openBytes -= left.bytes
            }
        }
        guard isOrdered else {
            arrived.append(delivery)
            return true
        }
        early[UInt64(delivery.firstItem)] = delivery
        return delivery.firstItem == nextItem
    }

    /// How many items the delivery's chunk had in the beginning.
    func size(of delivery: Delivery) -> Int { outstanding[delivery.chunk]?.size ?? delivery.count }

    /// Whether any result has come in.
    var hasResults: Bool { nextItem > 0 || !early.isEmpty || !arrived.isEmpty }

    /// Whether `next` has something: results, or the end.
    var hasNext: Bool {
        if isOrdered ? early[UInt64(nextItem)] != nil : !arrived.isEmpty { return true }
        return inputEnd != nil && outstanding.isEmpty && early.isEmpty
    }

    mutating func next() -> Next {
        let deliveries = takeArrived()
        if !deliveries.isEmpty { return .deliveries(deliveries) }
        guard let inputEnd, outstanding.isEmpty, early.isEmpty else { return .nothing }
        // The input's own error comes out once.
        self.inputEnd = .success(())
        guard case .failure(let error) = inputEnd else { return .finished(nil) }
        return .finished(error)
    }

    /// The consumer is through with deliveries of this weight.
    mutating func used(_ weight: Int) { inHand -= weight }

    private mutating func takeArrived() -> [Delivery] {
        var taken: [Delivery] = []
        if isOrdered {
            while let next = early.removeValue(forKey: UInt64(nextItem)) {
                taken.append(next)
                nextItem += next.count
            }
        } else {
            swap(&taken, &arrived)
            nextItem += taken.count
        }
        let weight = taken.reduce(0) { $0 + self.weight(of: $1) }
        atHand -= weight
        inHand += weight
        bytesAtHand -= taken.reduce(0) { $0 + $1.size }
        return taken
    }
}
