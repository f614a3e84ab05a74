/// The decisions of a bounded queue between those who tell and those who iterate: a value, without locks.
///
/// When it is full, the oldest element is left out, and whoever comes to the place is told how many were.
struct SubscriberQueueMachine<Element, Waiter> {
    /// What a consumer gets.
    enum Item {
        case element(Element)
        /// So many elements are missing here.
        case gap(Int)
        /// There will be no more.
        case over
    }

    private let limit: Int
    private var elements = FIFO<Element>()
    private var missing = 0
    private var waiters = FIFO<Waiter>()
    private var isOver = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes an element in; returns the waiter that gets it at once.
    mutating func append(_ element: Element) -> Waiter? {
        guard !isOver else { return nil }
        if let waiter = waiters.popFirst() { return waiter }
        elements.append(element)
        if elements.count > limit {
            _ = elements.popFirst()
            missing += 1
        }
        return nil
    }

    /// What there is for a consumer; nil when it has to wait, and then it is remembered.
    mutating func next(_ waiter: Waiter) -> Item? {
        if missing > 0 {
            defer { missing = 0 }
            return .gap(missing)
        }
        if let element = elements.popFirst() { return .element(element) }
        if isOver { return .over }
        waiters.append(waiter)
        return nil
    }

    /// No more elements come.
    ///
    /// - Parameter isDiscarding: whether what is in the queue is forgotten as well.
    /// - Returns: those who wait in vain.
    mutating func end(isDiscarding: Bool) -> [Waiter] {
        isOver = true
        if isDiscarding {
            elements = FIFO()
            missing = 0
        }
        return waiters.removeAll()
    }
}
