/// Answers that have come together: they are looked up in one step, and those who wait are woken after it.
struct AnswerBatch {
    struct Answer {
        let id: UInt64
        let reply: ManagerReply
        /// Who sleeps until it comes.
        fileprivate var waiter: UnsafeContinuation<ManagerReply, Never>?

        init(id: UInt64, reply: ManagerReply) {
            self.id = id
            self.reply = reply
        }
    }

    /// The first tasks run already while more answers are looked at.
    private static let limit = 64

    /// The first one has a place of its own, because one that comes alone has to be fast.
    private var first: Answer?
    private var others: [Answer] = []

    var isFull: Bool { others.count >= Self.limit }

    mutating func append(_ answer: Answer) {
        if first == nil {
            first = answer
        } else {
            others.append(answer)
        }
    }

    /// Notes all answers; the caller has the lock.
    mutating func complete(_ calls: inout ManagerPeer.Calls) {
        if let answer = first, case .resume(let waiter) = calls.complete(answer.id, answer.reply) {
            first?.waiter = waiter
        }
        for index in others.indices {
            if case .resume(let waiter) = calls.complete(others[index].id, others[index].reply) {
                others[index].waiter = waiter
            }
        }
    }

    /// Wakes those who sleep, and is empty then.
    mutating func resume() {
        if let first { first.waiter?.resume(returning: first.reply) }
        first = nil
        guard !others.isEmpty else { return }
        for answer in others { answer.waiter?.resume(returning: answer.reply) }
        others.removeAll(keepingCapacity: true)
    }
}
