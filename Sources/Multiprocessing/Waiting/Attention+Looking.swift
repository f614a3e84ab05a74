import MultiprocessingCore

extension Attention {
    /// Tries again and again, for a bounded moment, what is expected to succeed soon.
    ///
    /// Being woken costs many times what the other side takes for a short answer. With one processor the other
    /// side gets it meanwhile: a sleep for so short a time would cost more than the answer.
    func look<Value, Failure>(
        _ attempt: () throws(Failure) -> Step<Value>
    ) throws(Failure) -> Step<Value> {
        let budget = budget
        guard budget > Self.minimum || !isAlone else { return .later }
        let start = Deadline.now.nanoseconds
        guard budget > 0 else { return .later }
        while true {
            if isAlone {
                Processor.yield()
            } else {
                for _ in 0..<16 { Processor.pause() }
            }
            let step = try attempt()
            let spent = Deadline.now.nanoseconds - start
            // Others work on the one processor too: it does not come back soon.
            if isAlone, spent > 20 * budget { wasted() }
            if case .done = step { return step }
            if spent > budget { return .later }
        }
    }
}
